//===- VerifyGraph.cpp - a compiled module against the graph it was made from -------------------------------------===//
#include "tools/VerifyGraph.h"
#include "abi/Line.h"
#include "tools/Commands.h"
#include "tools/RandomInputs.h"
#include "tools/Unwrap.h"
#include "tools/Verify.h"
#include <cstdio>

namespace wasmind::tools {
namespace {

/// The dims that a run is given or starts from, as text.
std::string describeExtents(const abi::Signature &contract, const std::vector<int64_t> &extents) {
  std::string text;
  for (size_t index = 0; index < extents.size(); ++index)
    if (!contract.dims[index].derived)
      text += (text.empty() ? "" : ", ") + contract.dims[index].name + "=" + std::to_string(extents[index]);
  return text;
}

} // namespace

int verifyGraph(const std::string &model, const std::string &module, const CompileOptions &options, double tolerance) {
  Model loaded = unwrap(Model::load(module), module);
  const Signature &signature = loaded.signature();
  const abi::Signature contract = *abi::parseSignature(signature.json); // loading has parsed it
  int result = Fine;
  std::string previous;
  for (int64_t divisor : {1, 2}) {
    const std::vector<int64_t> values = extentsFor(contract, divisor);
    const Signature::Function entry = withExtents(signature.functions.front(), values);
    const std::string extents = describeExtents(contract, values);
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
      std::printf("%s%s%s: %s\n", abi::toLine(comparison.output).c_str(), extents.empty() ? "" : " at ",
                  abi::toLine(extents).c_str(), describe(comparison).c_str());
      if (!comparison.isEqual)
        result = ResultDiffers;
    }
  }
  return result;
}

} // namespace wasmind::tools
