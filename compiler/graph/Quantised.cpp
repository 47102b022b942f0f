#include "compiler/graph/Quantised.h"
#include "compiler/graph/Constants.h"
#include <cmath>

using namespace mlir;

namespace wasmind::graph {

/// Goes on from an operation with a whole number to its other operand.
static bool take(Value &value, BinaryKind kind, double &number) {
  auto op = value.getDefiningOp<BinaryOp>();
  auto other =
      op && op.getKind() == kind && op.getLhs().getType() == op.getType() ? numberOf(op.getRhs()) : std::nullopt;
  if (!other || *other != std::floor(*other) || std::fabs(*other) >= 0x1p17)
    return false;
  number = *other;
  value = op.getLhs();
  return true;
}

std::optional<Quantised> Quantised::of(Value value) {
  Quantised result;
  // clip is a minimum of a maximum.
  if (!cast<RankedTensorType>(value.getType()).getElementType().isF32() || !take(value, BinaryKind::Min, result.high) ||
      !take(value, BinaryKind::Max, result.low) || result.low > result.high)
    return std::nullopt;
  take(value, BinaryKind::Add, result.zero);
  result.rounded = value.getDefiningOp<UnaryOp>();
  return result.rounded && result.rounded.getKind() == UnaryKind::Round ? std::optional(result) : std::nullopt;
}

bool Quantised::fits(Type element) const {
  auto integer = dyn_cast<IntegerType>(element);
  if (!integer || (integer.getWidth() != 8 && integer.getWidth() != 16))
    return false;
  const double least = integer.isUnsigned() ? 0 : -double(1 << (integer.getWidth() - 1));
  return low >= least && high <= least + double(1 << integer.getWidth()) - 1;
}

} // namespace wasmind::graph
