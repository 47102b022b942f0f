#include "compiler/frontend/onnx/Operator.h"

// One attribute holds the value: a tensor, dense or sparse, or numbers of type float or int64.
WASMIND_ONNX_OPERATOR(Constant) {
  Compose &compose = node.compose();
  for (const char *attribute : {"value", "sparse_value"})
    if (node.has(attribute))
      return node.tensor(attribute);
  auto reals = [&](llvm::ArrayRef<double> values, Integers shape) {
    llvm::SmallVector<float> narrow(values.begin(), values.end());
    auto type = mlir::RankedTensorType::get(shape, compose.getF32Type());
    return graph::makeConstant(compose, compose.getLoc(), type,
                               {reinterpret_cast<const char *>(narrow.data()), narrow.size() * sizeof(float)});
  };
  auto integers = [&](llvm::ArrayRef<int64_t> values, Integers shape) {
    auto type = mlir::RankedTensorType::get(shape, compose.getI64Type());
    return graph::makeConstant(compose, compose.getLoc(), type,
                               {reinterpret_cast<const char *>(values.data()), values.size() * sizeof(int64_t)});
  };
  if (node.has("value_float"))
    return reals(node.real("value_float"), {});
  if (node.has("value_floats")) {
    auto values = node.reals("value_floats");
    return reals(values, {int64_t(values.size())});
  }
  if (node.has("value_int"))
    return integers(node.integer("value_int"), {});
  if (node.has("value_ints")) {
    auto values = node.integers("value_ints");
    return integers(values, {int64_t(values.size())});
  }
  return node.fail("strings are not supported");
}
