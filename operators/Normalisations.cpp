// Along the axis: Softmax is exp(x - max) / sum, LayerNorm (x - mean) / sqrt(variance + epsilon) * gamma + beta,
// RMSNorm x / sqrt(mean of squares + epsilon) * gamma. BatchNorm (as in inference) and BiasAdd take one number per
// channel, and the axis is that of the channels: (x - mean) / sqrt(variance + epsilon) * gamma + beta, and x + bias.
#include "operators/Library.h"

namespace wasmind::operators {

namespace {

using Tensors = std::vector<te::Tensor>;

/// f(i) = reduce over k of element(i, k).
te::Tensor perRow(Expr rows, Expr n, const char *name, const std::function<Expr(Expr, te::Axis)> &element) {
  te::Axis k = te::reduce_axis(n);
  return te::compute({rows}, [&](Expr i) { return element(i, k); }, name);
}

te::Tensor maximum(const te::Tensor &a, Expr rows, Expr n) {
  return perRow(rows, n, "maximum", [&](Expr i, te::Axis k) { return te::max(a(i, k), k); });
}

te::Tensor mean(const te::Tensor &a, Expr rows, Expr n) {
  return perRow(rows, n, "mean", [&](Expr i, te::Axis k) { return te::sum(a(i, k), k) / te::cast(a.dtype(), n); });
}

te::Tensor softmax(const Tensors &x, Expr rows, Expr n) {
  const te::Tensor &a = x[0];
  te::Tensor top = maximum(a, rows, n);
  te::Tensor power = te::compute({rows, n}, [&](Expr i, Expr j) { return te::exp(a(i, j) - top(i)); }, "power");
  te::Tensor total = perRow(rows, n, "total", [&](Expr i, te::Axis k) { return te::sum(power(i, k), k); });
  return te::compute({rows, n}, [&](Expr i, Expr j) { return power(i, j) / total(i); }, "out");
}

te::Tensor logSoftmax(const Tensors &x, Expr rows, Expr n) {
  const te::Tensor &a = x[0];
  te::Tensor top = maximum(a, rows, n);
  te::Tensor total =
      perRow(rows, n, "total", [&](Expr i, te::Axis k) { return te::sum(te::exp(a(i, k) - top(i)), k); });
  return te::compute({rows, n}, [&](Expr i, Expr j) { return a(i, j) - top(i) - te::log(total(i)); }, "out");
}

te::Tensor layerNorm(const Tensors &x, Expr rows, Expr n) {
  const te::Tensor &a = x[0], &gamma = x[1], &beta = x[2], &epsilon = x[3];
  te::Tensor middle = mean(a, rows, n);
  te::Tensor centred = te::compute({rows, n}, [&](Expr i, Expr j) { return a(i, j) - middle(i); }, "centred");
  te::Tensor square = te::compute({rows, n}, [&](Expr i, Expr j) { return centred(i, j) * centred(i, j); }, "square");
  te::Tensor variance = mean(square, rows, n);
  return te::compute(
      {rows, n},
      [&](Expr i, Expr j) { return centred(i, j) / te::sqrt(variance(i) + epsilon(0)) * gamma(j) + beta(j); }, "out");
}

te::Tensor rmsNorm(const Tensors &x, Expr rows, Expr n) {
  const te::Tensor &a = x[0], &gamma = x[1], &epsilon = x[2];
  te::Tensor square = te::compute({rows, n}, [&](Expr i, Expr j) { return a(i, j) * a(i, j); }, "square");
  te::Tensor power = mean(square, rows, n);
  return te::compute(
      {rows, n}, [&](Expr i, Expr j) { return a(i, j) / te::sqrt(power(i) + epsilon(0)) * gamma(j); }, "out");
}

te::Tensor batchNorm(const Tensors &x, Expr rows, Expr n) {
  const te::Tensor &a = x[0], &gamma = x[1], &beta = x[2], &middle = x[3], &variance = x[4], &epsilon = x[5];
  return te::compute(
      {rows, n},
      [&](Expr i, Expr j) { return (a(i, j) - middle(j)) / te::sqrt(variance(j) + epsilon(0)) * gamma(j) + beta(j); },
      "out");
}

te::Tensor biasAdd(const Tensors &x, Expr rows, Expr n) {
  return te::compute({rows, n}, [&](Expr i, Expr j) { return x[0](i, j) + x[1](j); }, "out");
}

} // namespace

std::vector<Operator> Normalisations() {
  const std::vector<DType> wide{DType::F32, DType::F64};
  std::vector<abi::Attribute> epsilon{abi::Attribute::number("epsilon", 1e-5)};
  return {
      row("Softmax", {"a"}, wide, softmax),
      row("LogSoftmax", {"a"}, wide, logSoftmax),
      row("LayerNorm", {"a", "gamma", "beta"}, wide, layerNorm, epsilon),
      row("RMSNorm", {"a", "gamma"}, wide, rmsNorm, epsilon),
      row("BatchNorm", {"a", "gamma", "beta", "mean", "variance"}, wide, batchNorm, epsilon),
      row("BiasAdd", {"a", "bias"}, numbers(), biasAdd),
  };
}

} // namespace wasmind::operators
