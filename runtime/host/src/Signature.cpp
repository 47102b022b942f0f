//===- Signature.cpp - a model's signature as the C interface shows it --------------------------------------------===//
#include "runtime/host/src/Signature.h"
#include "runtime/host/src/Failure.h"

namespace wasmind::host {

// The C enumeration is the table of the contract.
#define WASMIND_DTYPE(enumerator, name, code, byteWidth, npyDescr, typedArray)                                         \
  static_assert(int(abi::DType::enumerator) == code);
#include "abi/abi.def"
static_assert(int(abi::DType::F32) == WASMIND_F32 && int(abi::DType::F64) == WASMIND_F64 &&
              int(abi::DType::F16) == WASMIND_F16 && int(abi::DType::BF16) == WASMIND_BF16 &&
              int(abi::DType::I8) == WASMIND_I8 && int(abi::DType::I16) == WASMIND_I16 &&
              int(abi::DType::I32) == WASMIND_I32 && int(abi::DType::I64) == WASMIND_I64 &&
              int(abi::DType::U8) == WASMIND_U8 && int(abi::DType::U16) == WASMIND_U16 &&
              int(abi::DType::U32) == WASMIND_U32 && int(abi::DType::U64) == WASMIND_U64 &&
              int(abi::DType::Bool) == WASMIND_BOOL);

Signature::Signature(std::string json) : text(std::move(json)) {
  abi::Result<abi::Signature> result = abi::parseSignature(text);
  if (!result)
    throw Failure(result.error().kind == abi::Error::Kind::Unsupported ? WASMIND_UNSUPPORTED : WASMIND_INVALID_MODULE,
                  result.error().text);
  parsed = std::move(*result);
  for (const abi::Dim &dim : parsed.dims)
    sums.push_back(dim.equals ? abi::describe(*dim.equals) : "");
  DimIndexes indexes;
  for (size_t index = 0; index < parsed.dims.size(); ++index)
    indexes.emplace(parsed.dims[index].name, index);
  for (const abi::Function &function : parsed.functions) {
    std::vector<Axes> &inputAxes = inputs.emplace_back(), &outputAxes = outputs.emplace_back(),
                      &stateAxes = states.emplace_back();
    for (const abi::Tensor &tensor : function.inputs)
      inputAxes.push_back(describe(tensor, indexes));
    for (const abi::Tensor &tensor : function.outputs)
      outputAxes.push_back(describe(tensor, indexes));
    for (const abi::State &state : function.state)
      stateAxes.push_back(describe(state.tensor, indexes));
  }
  for (const Lists *lists : {&inputs, &outputs, &states})
    for (const std::vector<Axes> &list : *lists)
      for (const Axes &axes : list)
        axesOf.emplace(axes.tensor, &axes);
}

Signature::Axes Signature::describe(const abi::Tensor &tensor, const DimIndexes &indexes) const {
  Axes axes{&tensor, {}, {}};
  for (const abi::Extent &extent : tensor.shape) {
    const int32_t dim = extent.isNamed() ? int32_t(indexes.at(extent.dim)) : -1; // rules of the signature: it is there
    axes.dims.push_back(dim);
    axes.bounds.push_back(dim >= 0 ? parsed.dims[size_t(dim)].max : extent.value);
  }
  return axes;
}

wasmind_tensor_info Signature::show(const Axes &axes) {
  const abi::Tensor &tensor = *axes.tensor;
  return {tensor.name.c_str(), wasmind_dtype(tensor.dtype), axes.bounds.size(), axes.bounds.data(),
          axes.dims.data(),    tensor.byteLength,           tensor.hasDefault};
}

wasmind_dim_info Signature::dim(size_t index) const {
  if (index >= parsed.dims.size())
    return {};
  const abi::Dim &dim = parsed.dims[index];
  return {dim.name.c_str(),
          dim.min,
          dim.max,
          dim.derived,
          dim.isKept(),
          dim.multipleOf,
          sums[index].empty() ? nullptr : sums[index].c_str()};
}

wasmind_tensor_info Signature::find(const Lists &lists, size_t function, size_t index) {
  return function < lists.size() && index < lists[function].size() ? show(lists[function][index])
                                                                   : wasmind_tensor_info{};
}

} // namespace wasmind::host
