#include "compiler/loops/Magnitude.h"
#include "compiler/graph/Integers.h"
#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
namespace {

int64_t ofType(Type element) {
  const unsigned width = cast<IntegerType>(element).getWidth();
  return element.isUnsignedInteger() ? (int64_t(1) << width) - 1 : int64_t(1) << (width - 1);
}

std::optional<int64_t> ofConstant(Value value) {
  auto data = constantDataOf(value);
  if (!data)
    return std::nullopt;
  const IntegerRange range = rangeOf(*data);
  return std::max(std::abs(range.low), std::abs(range.high));
}

/// Of what is clipped between numbers.
std::optional<int64_t> ofClipped(Value value) {
  auto high = value.getDefiningOp<BinaryOp>();
  auto low = high && high.getKind() == BinaryKind::Min ? high.getLhs().getDefiningOp<BinaryOp>() : BinaryOp();
  if (!low || low.getKind() != BinaryKind::Max)
    return std::nullopt;
  auto least = splatDouble(low.getRhs()), most = splatDouble(high.getRhs());
  if (!least || !most || !(std::fabs(*least) < 0x1p30) || !(std::fabs(*most) < 0x1p30))
    return std::nullopt;
  return int64_t(std::ceil(std::max(std::fabs(*least), std::fabs(*most))));
}

int64_t bounded(Value value, unsigned depth) {
  const int64_t type = ofType(elementOf(value));
  auto of = [&](Value other) { return std::min(type, bounded(other, depth + 1)); };
  if (depth > 16)
    return type;
  if (auto dispatch = value.getDefiningOp<DispatchOp>())
    return of(dispatch.getBody().front().getTerminator()->getOperand(cast<OpResult>(value).getResultNumber()));
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto dispatch = dyn_cast<DispatchOp>(argument.getOwner()->getParentOp());
    return dispatch ? of(dispatch.getInputs()[argument.getArgNumber()]) : type;
  }
  Operation *op = value.getDefiningOp();
  if (isa<ConstantOp>(op))
    return std::min(type, ofConstant(value).value_or(type));
  if (auto join = dyn_cast<JoinOp>(op)) {
    int64_t most = 0;
    for (Value part : join.getParts())
      most = std::max(most, of(part));
    return most;
  }
  if (auto cast = dyn_cast<CastOp>(op)) {
    if (isa<IntegerType>(elementOf(cast.getInput())))
      return elementOf(cast.getInput()).isInteger(1) ? 1 : of(cast.getInput());
    return std::min(type, ofClipped(cast.getInput()).value_or(type));
  }
  if (auto binary = dyn_cast<BinaryOp>(op); binary && binary.getKind() == BinaryKind::Sub) {
    // Of two numbers that are not negative no difference is larger than one of them.
    auto isUnsigned = [](Value operand) {
      auto cast = operand.getDefiningOp<CastOp>();
      return cast && elementOf(cast.getInput()).isUnsignedInteger();
    };
    const int64_t lhs = bounded(binary.getLhs(), depth + 1), rhs = bounded(binary.getRhs(), depth + 1);
    return std::min(type, isUnsigned(binary.getLhs()) && isUnsigned(binary.getRhs()) ? std::max(lhs, rhs) : lhs + rhs);
  }
  if (isa<ReshapeOp, TransposeOp, BroadcastOp, SliceOp, ReverseOp>(op))
    return of(op->getOperand(0));
  if (isa<ConcatOp>(op)) {
    int64_t most = 0;
    for (Value part : op->getOperands())
      most = std::max(most, of(part));
    return most;
  }
  return type;
}

} // namespace

int64_t magnitudeOf(Value tensor) { return bounded(tensor, 0); }

} // namespace wasmind::loops
