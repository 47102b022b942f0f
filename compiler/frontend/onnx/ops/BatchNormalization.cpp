#include "compiler/frontend/onnx/Operator.h"

// Scale, bias, mean and variance are [C]. In training mode the statistics are the batch's, and the outputs 1 and 2 are
// running = running * momentum + batch * (1 - momentum).
WASMIND_ONNX_OPERATOR(BatchNormalization) {
  if (node.opset() < 14 && (node.hasOutput(1) || (node.opset() < 7 && !node.flag("is_test"))))
    return node.fail("training mode is not supported before opset 14; export the model for inference");
  if (node.opset() < 9 && !node.flag("spatial", true))
    return node.fail("attribute 'spatial' = 0 is not supported");
  Compose &compose = node.compose();
  Value x = node.input(0), mean = node.input(3), variance = node.input(4);
  const int64_t rank = node.rank(x);
  if (rank < 2)
    return node.fail("an input of rank " + llvm::Twine(rank) + " has no channel axis");
  Type element = compose.elementOf(x);
  const double epsilon = node.real("epsilon", 1e-5f), momentum = node.real("momentum", 0.9f);
  llvm::SmallVector<Value> running;
  if (node.flag("training_mode")) {
    Integers dims;
    for (int64_t i = 0; i < rank; ++i)
      if (i != 1)
        dims.push_back(i);
    Value wide = compose.cast(x, element.isF64() ? element : compose.getF32Type());
    Value batchMean = compose.mean(wide, dims, /*keepDims=*/true), centred = compose.sub(wide, batchMean);
    Value batchVariance = compose.mean(compose.mul(centred, centred), dims, /*keepDims=*/false);
    batchMean = compose.squeeze(batchMean, dims);
    auto blend = [&](Value old, Value batch) {
      batch = compose.cast(batch, compose.elementOf(old));
      return compose.add(compose.mul(old, compose.scalarLike(old, momentum)),
                         compose.mul(batch, compose.scalarLike(batch, 1 - momentum)));
    };
    running = {blend(mean, batchMean), blend(variance, batchVariance)};
    mean = batchMean;
    variance = batchVariance;
  }
  auto parameter = [&](Value value) { return compose.cast(value, element); };
  llvm::SmallVector<Value> results{compose.batchNorm(x, parameter(node.input(1)), parameter(node.input(2)),
                                                     parameter(mean), parameter(variance), epsilon)};
  results.append(running);
  return results;
}
