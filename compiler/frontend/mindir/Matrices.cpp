#include "compiler/frontend/mindir/Matrices.h"
#include "compiler/frontend/mindir/Repeat.h"
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir {

Value squareMatrices(Node &node, Value x) {
  if (node.failed() || !node.isFloat(x) || node.rank(x) < 2) {
    node.fail("takes square matrices of floats");
    return {};
  }
  Extents extents = node.compose.extentsOf(x);
  node.expectEqual(extents[extents.size() - 2], extents.back(), "takes square matrices");
  node.expectAtLeast(extents.back(), 1, "a matrix");
  if (node.failed())
    return {};
  extents[extents.size() - 2] = extents.back();
  return node.compose.reshape(x, extents);
}

Value identityLike(Node &node, Value x) {
  Compose &b = node.compose;
  const Extents shape = b.extentsOf(x);
  auto places = [&](int64_t dim) -> Value {
    Extents line(2, b.getAffineConstantExpr(1));
    line[dim] = shape.back();
    return graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType(line, b.getI32Type()), dim);
  };
  Value one = b.cast(b.compare(CompareKind::Equal, places(0), places(1)), node.element(x));
  return b.broadcastTo(one, shape);
}

Solution solve(Node &node, Value a, Value given) {
  Compose &b = node.compose;
  const Extents shape = b.extentsOf(a);
  const Extents batch(llvm::drop_end(shape, 2));
  const AffineExpr size = shape.back(), columns = b.extentsOf(given).back(), one = b.getAffineConstantExpr(1),
                   count = graph::productOf(batch, b.getContext());
  const Type element = node.element(a), integer = b.getI64Type();
  Value rows = graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType({one, size}, integer), 1);
  Value both = b.concat({b.reshape(a, {count, size, size}), b.reshape(given, {count, size, columns})}, 2);
  auto last =
      repeat(b, b.extent(size), {both, b.splat({count}, element, 1)}, [&](Value k, llvm::ArrayRef<Value> carried) {
        // The row with the largest element of column k, among those from k on, comes to row k.
        Value sizes = b.unary(UnaryKind::Abs, b.gather(carried[0], k, 2));
        sizes = b.select(b.compare(CompareKind::Less, rows, k), b.scalar(element, -1), sizes);
        Value best = b.argReduce(ReduceKind::Max, sizes, 1, /*keepDims=*/true);
        Value isAt = b.compare(CompareKind::Equal, rows, k);
        Value order = b.select(isAt, best, b.select(b.compare(CompareKind::Equal, rows, best), k, rows));
        Value matrix = b.gather(carried[0], order, 1, /*batchDims=*/1);
        Value pivotRow = b.gather(matrix, k, 1), pivot = b.gather(pivotRow, k, 1);
        Value scaled = b.unsqueeze(b.div(pivotRow, b.unsqueeze(pivot, {1})), {1});
        Value less = b.sub(matrix, b.mul(b.unsqueeze(b.gather(matrix, k, 2), {2}), scaled));
        matrix = b.select(b.unsqueeze(isAt, {2}), scaled, less);
        Value stays = b.compare(CompareKind::Equal, b.squeeze(best, {1}), k);
        Value product = b.mul(carried[1], b.select(stays, pivot, b.unary(UnaryKind::Neg, pivot)));
        return Iteration{{matrix, product}};
      });
  if (last.empty())
    return {};
  Extents result = shape;
  result.back() = columns;
  return {b.reshape(b.sliceDim(last[0], 2, size, columns), result), b.reshape(last[1], batch)};
}

Value transposed(Node &node, Value x) {
  Integers order = llvm::to_vector(llvm::seq<int64_t>(0, node.rank(x)));
  std::swap(order[order.size() - 1], order[order.size() - 2]);
  return node.compose.transpose(x, order);
}

Value solveTriangular(Node &node, Value a, Value given, bool isLower, bool isTransposed, bool isUnit) {
  a = squareMatrices(node, a);
  if (node.failed() || !node.isFloat(given)) {
    node.fail("takes floats");
    return {};
  }
  Compose &b = node.compose;
  const int64_t rank = node.rank(a);
  const bool isVector = node.rank(given) == rank - 1;
  if (isVector)
    given = b.unsqueeze(given, {rank - 1});
  if (node.rank(given) != rank) {
    node.fail("the right side is neither a vector nor a matrix for each matrix");
    return {};
  }
  for (int64_t dim = 0; dim + 1 < rank; ++dim)
    node.expectEqual(b.extentsOf(a)[dim], b.extentsOf(given)[dim], "the right side has other extents");
  if (node.failed())
    return {};
  given = b.cast(given, node.element(a));
  a = triangle(node, a, 0, /*upper=*/!isLower);
  if (isUnit) {
    Value one = identityLike(node, a);
    a = b.select(b.compare(CompareKind::Equal, one, b.scalarLike(one, 1)), one, a);
  }
  Value x = node.failed() ? Value() : solve(node, isTransposed ? transposed(node, a) : a, given).x;
  return x && isVector ? b.squeeze(x, {rank - 1}) : x;
}

} // namespace wasmind::mindir
