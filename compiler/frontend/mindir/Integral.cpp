#include "compiler/frontend/mindir/Integral.h"

namespace wasmind::mindir {

Value commonDivisor(Node &node, Value x, Value y) {
  Compose &b = node.compose;
  if (node.failed() || node.isFloat(x) || node.element(x).isInteger(1)) {
    node.fail("takes integers");
    return {};
  }
  // Euclid's algorithm of all elements at once, until each has no rest left; Fibonacci's numbers take the most steps.
  x = b.unary(UnaryKind::Abs, x);
  y = b.unary(UnaryKind::Abs, y);
  x = b.add(x, b.mul(y, b.scalarLike(y, 0))); // of the common shape
  y = x ? b.broadcastTo(y, b.extentsOf(x)) : Value();
  if (!y)
    return {};
  auto hasRest = [&](Value rest) {
    Value isRest = b.compare(CompareKind::NotEqual, rest, b.scalarLike(rest, 0));
    Integers all;
    for (int64_t dim = 0; dim < node.rank(rest); ++dim)
      all.push_back(dim);
    return all.empty() ? isRest : b.reduce(ReduceKind::Or, isRest, all, /*keepDims=*/false);
  };
  Value trips = b.scalar(b.getI64Type(), 96), goesOn = hasRest(y);
  mlir::OperationState state(b.getLoc(), graph::LoopOp::getOperationName());
  graph::LoopOp::build(b, state, mlir::TypeRange{x.getType(), y.getType()}, trips, goesOn, mlir::ValueRange{x, y});
  auto loop = mlir::cast<graph::LoopOp>(b.OpBuilder::create(state));
  mlir::OpBuilder::InsertionGuard guard(b);
  mlir::Block *body = b.createBlock(&loop.getBody(), {}, {trips.getType(), x.getType(), y.getType()},
                                    {b.getLoc(), b.getLoc(), b.getLoc()});
  Value large = body->getArgument(1), small = body->getArgument(2), zero = b.scalarLike(small, 0);
  Value isDone = b.compare(CompareKind::Equal, small, zero);
  Value rest = b.binary(BinaryKind::Rem, large, b.select(isDone, b.scalarLike(small, 1), small));
  Value next = b.select(isDone, large, small), left = b.select(isDone, zero, rest);
  graph::YieldOp::create(b, mlir::ValueRange{hasRest(left), next, left});
  return loop.getResult(0);
}

Value commonMultiple(Node &node, Value x, Value y) {
  Value divisor = commonDivisor(node, x, y);
  if (!divisor || node.failed())
    return {};
  Compose &b = node.compose;
  divisor = b.maximum(divisor, b.scalarLike(divisor, 1)); // of 0 and 0
  return b.unary(UnaryKind::Abs, b.mul(b.binary(BinaryKind::Div, x, divisor), y));
}

Operand populationCount(Node &node) {
  Value x = node.tensor(0);
  if (node.failed() || node.isFloat(x) || node.element(x).isInteger(1))
    return node.fail("takes integers");
  Compose &b = node.compose;
  const unsigned width = node.element(x).getIntOrFloatBitWidth();
  auto number = [&](uint64_t value) { return node.asTensor(Operand::integer(static_cast<int64_t>(value)), "a mask"); };
  auto both = [&](Value v, uint64_t mask) { return b.binary(BinaryKind::And, v, number(mask)); };
  auto right = [&](Value v, uint64_t by) { return b.binary(BinaryKind::ShiftRight, v, number(by)); };
  x = b.cast(x, b.getI64Type());
  if (width < 64)
    x = both(x, (uint64_t(1) << width) - 1);
  // Sums of neighbouring bits, pairs and fours, then of all bytes.
  x = b.sub(x, both(right(x, 1), 0x5555555555555555));
  x = b.add(both(x, 0x3333333333333333), both(right(x, 2), 0x3333333333333333));
  x = both(b.add(x, right(x, 4)), 0x0f0f0f0f0f0f0f0f);
  x = right(b.mul(x, number(0x0101010101010101)), 56);
  Type u8 = mlir::IntegerType::get(b.getContext(), 8, mlir::IntegerType::Unsigned);
  return b.cast(x, node.declaredElement() ? node.declaredElement() : u8);
}

} // namespace wasmind::mindir
