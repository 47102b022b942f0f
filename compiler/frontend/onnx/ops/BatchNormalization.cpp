#include "compiler/frontend/onnx/Operator.h"

// Scale, bias, mean and variance are [C], or before opset 9 without `spatial` of the shape of one input. In training
// mode the statistics are the batch's, and the outputs 1 and 2 are running = running * momentum + batch * (1 -
// momentum); before opset 14 the outputs 3 and 4 are the batch's.
WASMIND_ONNX_OPERATOR(BatchNormalization) {
  Compose &compose = node.compose();
  Value x = node.input(0), mean = node.input(3), variance = node.input(4);
  const int64_t rank = node.rank(x);
  if (rank < 2)
    return node.fail("an input of rank " + llvm::Twine(rank) + " has no channel axis");
  const bool isPerChannel = node.opset() >= 9 || node.flag("spatial", true);
  const bool trains = node.opset() >= 14  ? node.flag("training_mode")
                      : node.opset() >= 7 ? node.hasOutput(1)
                                          : !node.flag("is_test");
  Type element = compose.elementOf(x);
  const double epsilon = node.real("epsilon", 1e-5f), momentum = node.real("momentum", 0.9f);
  llvm::SmallVector<Value> statistics;
  if (trains) {
    Integers dims{0};
    for (int64_t i = 2; isPerChannel && i < rank; ++i)
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
    statistics = {blend(mean, batchMean), blend(variance, batchVariance),
                  compose.cast(batchMean, compose.elementOf(mean)),
                  compose.cast(batchVariance, compose.elementOf(variance))};
    mean = batchMean;
    variance = batchVariance;
  }
  auto parameter = [&](Value value) { return compose.cast(value, element); };
  Value scale = parameter(node.input(1)), bias = parameter(node.input(2));
  llvm::SmallVector<Value> results;
  if (isPerChannel) {
    results = {compose.batchNorm(x, scale, bias, parameter(mean), parameter(variance), epsilon)};
  } else {
    Value deviation = parameter(variance);
    deviation = compose.unary(UnaryKind::Sqrt, compose.add(deviation, compose.scalarLike(deviation, epsilon)));
    Value normal = compose.div(compose.sub(x, parameter(mean)), deviation);
    results = {compose.add(compose.mul(normal, scale), bias)};
  }
  results.append(statistics);
  return results;
}
