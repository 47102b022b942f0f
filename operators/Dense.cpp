// Dense: out[..., j] = sum over k of a[..., k] * weight[j, k] + bias[j]. Of i8 and u8 the sums and the bias are i32;
// f16 is summed in f32 and rounded once; sums of i32 wrap.
#include "operators/Library.h"

namespace wasmind::operators {

namespace {

/// a [m, k], weights [n, k], bias [n] to [m, n]. Absent in f64, for which there is no blocked product: rows alone are
/// faster.
Operator::Tensors ofRows(const abi::Variant &types) {
  if (types.inputs[0] == DType::F64)
    return {};
  te::Var m = te::var("m"), k = te::var("k"), n = te::var("n");
  te::Tensor a = te::placeholder({m, k}, types.inputs[0], "a");
  te::Tensor weights = te::placeholder({n, k}, types.inputs[1], "weights");
  te::Tensor bias = te::placeholder({n}, types.inputs[2], "bias");
  te::Axis inner = te::reduce_axis(k);
  DType type = summedIn(types.inputs[0]);
  auto element = [&](Expr i, Expr j) {
    return te::sum(converted(type, a(i, inner)) * converted(type, weights(j, inner)), inner);
  };
  te::Tensor sums = te::compute({m, n}, element, "sums");
  te::Tensor out = te::compute({m, n}, [&](Expr i, Expr j) { return sums(i, j) + converted(type, bias(j)); }, "out");
  return {{a, weights, bias}, {converted(types.outputs[0], out)}};
}

/// a [k], weights [n, k], bias [n] to [n]: each row of the weights is read once, in order.
Operator::Tensors ofOneRow(const abi::Variant &types) {
  te::Var k = te::var("k"), n = te::var("n");
  te::Tensor a = te::placeholder({k}, types.inputs[0], "a");
  te::Tensor weights = te::placeholder({n, k}, types.inputs[1], "weights");
  te::Tensor bias = te::placeholder({n}, types.inputs[2], "bias");
  te::Axis inner = te::reduce_axis(k);
  DType type = summedIn(types.inputs[0]);
  auto element = [&](Expr j) { return te::sum(converted(type, a(inner)) * converted(type, weights(j, inner)), inner); };
  te::Tensor sums = te::compute({n}, element, "sums");
  te::Tensor out = te::compute({n}, [&](Expr j) { return sums(j) + converted(type, bias(j)); }, "out");
  return {{a, weights, bias}, {converted(types.outputs[0], out)}};
}

} // namespace

std::vector<Operator::Definition> denseProducts() { return {ofRows, ofOneRow}; }

std::vector<Operator> Dense() {
  Operator each = composite("Dense", "dense", {"a", "weight", "bias"}, floats, denseProducts());
  for (DType type : {DType::I8, DType::U8, DType::I32}) // the bias is added to the sums
    each.variants.push_back({{type, type == DType::I32 ? type : DType::I8, DType::I32}, {DType::I32}});
  return {std::move(each)};
}

} // namespace wasmind::operators
