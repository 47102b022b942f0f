// Products of matrices; of i8 the sums are i32.
//   MatMul       out[m, n] = sum over k of a[m, k] * b[k, n]
//   BatchMatMul  the same for each of b matrices
//   Dense        out[m, n] = sum over k of a[m, k] * weight[n, k] + bias[n]
#include "operators/Library.h"

namespace wasmind::operators {

namespace {

/// Expressions of fixed rank in f32, and in i8 with results in i32.
Operator product(std::string name, std::vector<std::string> inputs,
                 std::function<Operator::Tensors(const abi::Variant &)> define) {
  Operator each;
  each.name = std::move(name);
  each.family = Family::Expression;
  each.inputs = std::move(inputs);
  each.variants = {{std::vector<DType>(each.inputs.size(), DType::F32), {DType::F32}},
                   {std::vector<DType>(each.inputs.size(), DType::I8), {DType::I32}}};
  if (each.inputs.size() == 3)
    each.variants[1].inputs[2] = DType::I32; // the bias is added to the sums
  each.define = std::move(define);
  return each;
}

Expr widen(DType type, Expr x) { return x.dtype() == type ? x : te::cast(type, x); }

Operator::Tensors matMul(const abi::Variant &types) {
  te::Var m = te::var("m"), k = te::var("k"), n = te::var("n");
  te::Tensor a = te::placeholder({m, k}, types.inputs[0], "a"), b = te::placeholder({k, n}, types.inputs[1], "b");
  te::Axis inner = te::reduce_axis(k);
  DType type = types.outputs[0];
  auto element = [&](Expr i, Expr j) { return te::sum(widen(type, a(i, inner)) * widen(type, b(inner, j)), inner); };
  return {{a, b}, {te::compute({m, n}, element, "out")}};
}

Operator::Tensors batchMatMul(const abi::Variant &types) {
  te::Var batch = te::var("batch"), m = te::var("m"), k = te::var("k"), n = te::var("n");
  te::Tensor a = te::placeholder({batch, m, k}, types.inputs[0], "a");
  te::Tensor b = te::placeholder({batch, k, n}, types.inputs[1], "b");
  te::Axis inner = te::reduce_axis(k);
  DType type = types.outputs[0];
  auto element = [&](Expr s, Expr i, Expr j) {
    return te::sum(widen(type, a(s, i, inner)) * widen(type, b(s, inner, j)), inner);
  };
  return {{a, b}, {te::compute({batch, m, n}, element, "out")}};
}

Operator::Tensors dense(const abi::Variant &types) {
  te::Var m = te::var("m"), k = te::var("k"), n = te::var("n");
  te::Tensor a = te::placeholder({m, k}, types.inputs[0], "a");
  te::Tensor weight = te::placeholder({n, k}, types.inputs[1], "weight");
  te::Tensor bias = te::placeholder({n}, types.inputs[2], "bias");
  te::Axis inner = te::reduce_axis(k);
  DType type = types.outputs[0];
  te::Tensor sums = te::compute(
      {m, n}, [&](Expr i, Expr j) { return te::sum(widen(type, a(i, inner)) * widen(type, weight(j, inner)), inner); },
      "sums");
  return {{a, weight, bias}, {te::compute({m, n}, [&](Expr i, Expr j) { return sums(i, j) + bias(j); }, "out")}};
}

} // namespace

std::vector<Operator> MatMul() {
  return {
      product("MatMul", {"a", "b"}, matMul),
      product("BatchMatMul", {"a", "b"}, batchMatMul),
      product("Dense", {"a", "weight", "bias"}, dense),
  };
}

} // namespace wasmind::operators
