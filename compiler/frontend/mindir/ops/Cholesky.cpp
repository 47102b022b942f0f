//===- Cholesky.cpp - Cholesky(x [..., N, N], upper): the triangle l of l l^T = x, or its transpose ---------------===//
#include "compiler/frontend/mindir/Matrices.h"
#include "compiler/frontend/mindir/Repeat.h"

namespace wasmind::mindir::ops {

// One column an iteration: it is what is left of the column over the root of its diagonal element, and its products
// with itself are taken off.
Operand Cholesky(Node &node) {
  Value x = squareMatrices(node, node.tensor(0));
  const bool isUpper = node.flag("upper", 1, false);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  const Extents shape = b.extentsOf(x);
  const int64_t rank = node.rank(x);
  const AffineExpr size = shape.back(), one = b.getAffineConstantExpr(1);
  const Extents flat{graph::productOf(llvm::ArrayRef(shape).drop_back(2), b.getContext()), size, size};
  const Type element = node.element(x);
  Value rows = graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType({one, size}, b.getI64Type()), 1);
  auto last = repeat(
      b, b.extent(size), {b.reshape(x, flat), b.splat(flat, element, 0)}, [&](Value k, llvm::ArrayRef<Value> carried) {
        Value column = b.gather(carried[0], k, 2), diagonal = b.gather(column, k, 1); // [count, N], [count]
        column = b.div(column, b.unsqueeze(b.unary(UnaryKind::Sqrt, diagonal), {1}));
        column = b.select(b.compare(CompareKind::GreaterEqual, rows, k), column, b.scalar(element, 0));
        Value rest = b.sub(carried[0], b.mul(b.unsqueeze(column, {2}), b.unsqueeze(column, {1})));
        Value isAt = b.unsqueeze(b.compare(CompareKind::Equal, rows, k), {1}); // [1, 1, N]
        return Iteration{{rest, b.select(isAt, b.unsqueeze(column, {2}), carried[1])}};
      });
  if (last.empty())
    return {};
  Value lower = b.reshape(last[1], shape);
  if (!isUpper)
    return lower;
  Integers order = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::swap(order[rank - 1], order[rank - 2]);
  return b.transpose(lower, order);
}

} // namespace wasmind::mindir::ops
