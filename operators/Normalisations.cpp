// Along the axis: Softmax is exp(x - max) / sum, LayerNorm (x - mean) / sqrt(variance + epsilon) * gamma + beta,
// RMSNorm x / sqrt(mean of squares + epsilon) * gamma. BatchNorm (as in inference) and BiasAdd take one number per
// channel, and the axis is that of the channels: (x - mean) / sqrt(variance + epsilon) * gamma + beta, and x + bias.
// GroupNorm is LayerNorm over groups of channels, with gamma and beta by channel. f16 is computed in f32.
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

/// a [rows, n] and epsilon [1] to mean [rows] and 1 / sqrt(variance + epsilon) [rows].
Operator::Tensors statistics(const abi::Variant &types) {
  te::Var rows = te::var("rows"), n = te::var("n");
  DType computed = computedIn(types.inputs[0]);
  te::Tensor input = te::placeholder({rows, n}, types.inputs[0], "a");
  te::Tensor epsilon = te::placeholder({1}, computed, "epsilon"), a = converted(computed, input);
  te::Tensor middle = mean(a, rows, n);
  te::Tensor square =
      te::compute({rows, n}, [&](Expr i, Expr j) { return (a(i, j) - middle(i)) * (a(i, j) - middle(i)); }, "square");
  te::Tensor variance = mean(square, rows, n);
  te::Tensor scale = te::compute({rows}, [&](Expr i) { return 1.0 / te::sqrt(variance(i) + epsilon(0)); }, "scale");
  return {{input, epsilon}, {middle, scale}};
}

/// a [N, G, C / G, ...], mean and scale [N, G], gamma and beta [G, C / G] to (a - mean) * scale * gamma + beta.
Operator::Tensors groups(const abi::Variant &types) {
  te::Var batch = te::var("batch"), count = te::var("groups"), channels = te::var("channels"), n = te::var("n");
  DType type = types.inputs[0], computed = computedIn(type);
  std::vector<te::Tensor> x{
      te::placeholder({batch, count, channels, n}, type, "a"), te::placeholder({batch, count}, computed, "mean"),
      te::placeholder({batch, count}, computed, "scale"), te::placeholder({count, channels}, type, "gamma"),
      te::placeholder({count, channels}, type, "beta")};
  auto element = [&](Expr i, Expr g, Expr c, Expr j) {
    Expr a = converted(computed, x[0](i, g, c, j)), gamma = converted(computed, x[3](g, c));
    Expr out = (a - x[1](i, g)) * (x[2](i, g) * gamma) + converted(computed, x[4](g, c));
    return converted(type, out);
  };
  return {x, {te::compute({batch, count, channels, n}, element, "out")}};
}

} // namespace

std::vector<Operator> Normalisations() {
  std::vector<abi::Attribute> epsilon{abi::Attribute::number("epsilon", 1e-5)};
  return {
      row("Softmax", {"a"}, floats, softmax),
      row("LogSoftmax", {"a"}, floats, logSoftmax),
      row("LayerNorm", {"a", "gamma", "beta"}, floats, layerNorm, epsilon),
      row("RMSNorm", {"a", "gamma"}, floats, rmsNorm, epsilon),
      row("BatchNorm", {"a", "gamma", "beta", "mean", "variance"}, floats, batchNorm, epsilon),
      composite("GroupNorm", "group_norm", {"a", "gamma", "beta"}, floats, {statistics, groups},
                {abi::Attribute::required("num_groups", abi::AttributeType::I64), epsilon[0]}),
      row("BiasAdd", {"a", "bias"}, numbers(), biasAdd),
  };
}

} // namespace wasmind::operators
