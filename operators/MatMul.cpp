// MatMul and BatchMatMul: numpy's matmul. The last two axes are matrices, out[i, j] = sum over k of a[i, k] * b[k, j];
// of i8 and u8 the sums are i32, those of f16 are f32 and rounded once; sums of i32 wrap.
#include "operators/Library.h"

namespace wasmind::operators {

namespace {

/// a [batch, m, k], b [batch, k, n] to [batch, m, n].
Operator::Tensors matrixProducts(const abi::Variant &types) {
  te::Var batch = te::var("batch"), m = te::var("m"), k = te::var("k"), n = te::var("n");
  te::Tensor a = te::placeholder({batch, m, k}, types.inputs[0], "a");
  te::Tensor b = te::placeholder({batch, k, n}, types.inputs[1], "b");
  te::Axis inner = te::reduce_axis(k);
  DType type = summedIn(types.inputs[0]);
  auto element = [&](Expr s, Expr i, Expr j) {
    return te::sum(converted(type, a(s, i, inner)) * converted(type, b(s, inner, j)), inner);
  };
  return {{a, b}, {converted(types.outputs[0], te::compute({batch, m, n}, element, "out"))}};
}

/// a [m, k], b [k] to [m]: each row of `a` is read once, in order.
Operator::Tensors matrixTimesVector(const abi::Variant &types) {
  te::Var m = te::var("m"), k = te::var("k");
  te::Tensor a = te::placeholder({m, k}, types.inputs[0], "a"), b = te::placeholder({k}, types.inputs[1], "b");
  te::Axis inner = te::reduce_axis(k);
  DType type = summedIn(types.inputs[0]);
  auto element = [&](Expr i) { return te::sum(converted(type, a(i, inner)) * converted(type, b(inner)), inner); };
  return {{a, b}, {converted(types.outputs[0], te::compute({m}, element, "out"))}};
}

/// a [k], b [k, n] to [n].
Operator::Tensors vectorTimesMatrix(const abi::Variant &types) {
  te::Var k = te::var("k"), n = te::var("n");
  te::Tensor a = te::placeholder({k}, types.inputs[0], "a"), b = te::placeholder({k, n}, types.inputs[1], "b");
  te::Axis inner = te::reduce_axis(k);
  DType type = summedIn(types.inputs[0]);
  auto element = [&](Expr j) { return te::sum(converted(type, a(inner)) * converted(type, b(inner, j)), inner); };
  return {{a, b}, {converted(types.outputs[0], te::compute({n}, element, "out"))}};
}

Operator matMul(std::string name) {
  Operator each =
      composite(std::move(name), "matmul", {"a", "b"}, floats, {matrixProducts, matrixTimesVector, vectorTimesMatrix});
  for (DType type : {DType::I8, DType::U8})
    each.variants.push_back({{type, DType::I8}, {DType::I32}});
  each.variants.push_back({{DType::I32, DType::I32}, {DType::I32}});
  return each;
}

} // namespace

std::vector<Operator> MatMul() { return {matMul("MatMul"), matMul("BatchMatMul")}; }

} // namespace wasmind::operators
