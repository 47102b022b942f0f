//===- VerifyGraph.cpp - a compiled module against the graph it was made from -------------------------------------===//
#include "tools/VerifyGraph.h"
#include "tools/Commands.h"
#include "tools/RandomInputs.h"
#include "tools/Unwrap.h"
#include "tools/Verify.h"
#include <cstdio>

namespace wasmind::tools {
namespace {

/// The entry with fixed shapes: named extents are `divisor` parts of the way from their lower to their upper bounds.
/// `extents` gets them as text.
Signature::Function fixShapes(const Signature &signature, int64_t divisor, std::string &extents) {
  std::vector<int64_t> values;
  for (const Signature::Dim &dim : signature.dims) {
    values.push_back(dim.min + (dim.max - dim.min) / divisor);
    if (!dim.isDerived)
      extents += (extents.empty() ? "" : ", ") + dim.name + "=" + std::to_string(values.back());
  }
  Signature::Function entry = signature.functions.front();
  for (Signature::Tensor &input : entry.inputs) {
    input.byteLength = byteWidth(input.dtype);
    for (size_t axis = 0; axis < input.bounds.size(); ++axis) {
      if (input.dims[axis] >= 0)
        input.bounds[axis] = values[size_t(input.dims[axis])];
      input.byteLength *= uint64_t(input.bounds[axis]);
    }
  }
  return entry;
}

} // namespace

int verifyGraph(const std::string &model, const std::string &module, const CompileOptions &options, double tolerance) {
  Model loaded = unwrap(Model::load(module), module);
  const Signature &signature = loaded.signature();
  int result = Fine;
  std::string previous;
  for (int64_t divisor : {1, 2}) {
    std::string extents;
    const Signature::Function entry = fixShapes(signature, divisor, extents);
    if (divisor > 1 && extents == previous)
      break;
    previous = extents;
    std::vector<Array> inputs = randomInputs(entry, /*seed=*/1);
    std::vector<TensorData> given;
    std::vector<Tensor> views;
    for (Array &input : inputs) {
      given.push_back({static_cast<abi::DType>(input.dtype), input.shape, input.bytes});
      views.push_back(input.view());
    }
    InterpretResult expected = interpret(model, options, given);
    if (!expected.error.empty())
      throw Refusal("--verify: " + expected.error +
                    "; smaller --dim bounds make it quicker, --verify=CASE.npz compares with recorded results instead");
    Instance instance = unwrap(Instance::create(loaded), module);
    std::vector<Tensor> outputs = unwrap(instance.run(views), module);
    for (size_t index = 0; index < outputs.size(); ++index) {
      TensorData &data = expected.outputs[index];
      const Array reference{static_cast<DType>(data.dtype), std::move(data.shape), std::move(data.bytes)};
      const Comparison comparison =
          compare(entry.outputs[index].name, Array::copyOf(outputs[index]), reference, tolerance);
      std::printf("%s%s%s: %s\n", comparison.output.c_str(), extents.empty() ? "" : " at ", extents.c_str(),
                  describe(comparison).c_str());
      if (!comparison.isEqual)
        result = ResultDiffers;
    }
  }
  return result;
}

} // namespace wasmind::tools
