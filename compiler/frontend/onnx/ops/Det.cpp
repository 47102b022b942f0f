#include "compiler/frontend/onnx/ControlFlow.h"

// X [..., M, M] -> [...]: Gaussian elimination with partial pivoting, one column an iteration. The determinant is the
// product of the pivots, its sign that of the rows' exchanges.
WASMIND_ONNX_OPERATOR(Det) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  const Extents extents = compose.extentsOf(x);
  if (extents.size() < 2 || !compose.equate(extents[extents.size() - 2], extents.back()))
    return node.fail("takes square matrices, not " + node.text(x.getType()));
  const AffineExpr size = extents.back();
  const Extents batch(llvm::drop_end(extents, 2));
  const AffineExpr count = graph::productOf(batch, compose.getContext()), one = compose.getAffineConstantExpr(1);
  const Type element = compose.elementOf(x), integer = compose.getI64Type();
  if (!node.ensureAtLeast(size, 1))
    return node.fail("a matrix of extent '" + node.text(size) + "'");
  Value rows = graph::IotaOp::create(compose, compose.getLoc(), graph::makeTensorType({one, size}, integer), 1);
  Value zero = compose.scalar(element, 0);
  auto results = emitLoop(
      node, compose.extent(size), Value(), AffineExpr(),
      {compose.reshape(x, {count, size, size}), compose.splat({count}, element, 1)},
      [&](Value k, llvm::ArrayRef<Value> carried) -> std::optional<Iteration> {
        auto [matrix, product] = std::pair(carried[0], carried[1]);
        // The row with the largest element of column k, among those from k on, comes to row k.
        Value sizes = compose.unary(UnaryKind::Abs, compose.gather(matrix, k, 2));
        sizes = compose.select(compose.compare(CompareKind::Less, rows, k), compose.scalar(element, -1), sizes);
        Value best = compose.argReduce(ReduceKind::Max, sizes, 1, /*keepDims=*/true);
        Value order = compose.select(compose.compare(CompareKind::Equal, rows, k), best,
                                     compose.select(compose.compare(CompareKind::Equal, rows, best), k, rows));
        matrix = compose.gather(matrix, order, 1, /*batchDims=*/1);
        Value pivotRow = compose.gather(matrix, k, 1), column = compose.gather(matrix, k, 2);
        Value pivot = compose.gather(pivotRow, k, 1);
        Value isSingular = compose.compare(CompareKind::Equal, pivot, zero);
        Value divisor = compose.unsqueeze(compose.select(isSingular, compose.scalar(element, 1), pivot), {1});
        Value factors =
            compose.select(compose.compare(CompareKind::Greater, rows, k), compose.div(column, divisor), zero);
        matrix = compose.sub(matrix, compose.mul(compose.unsqueeze(factors, {2}), compose.unsqueeze(pivotRow, {1})));
        Value stays = compose.compare(CompareKind::Equal, compose.squeeze(best, {1}), k);
        product = compose.mul(product, compose.select(stays, pivot, compose.unary(UnaryKind::Neg, pivot)));
        return Iteration{Value(), {matrix, product}, {}};
      });
  return results ? Results(compose.reshape((*results)[1], batch)) : Failure();
}
