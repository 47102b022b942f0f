//===- GraphFolds.cpp - what an operation is worth by itself ------------------------------------------------------===//
//
// Only folds that look at the operation and its operands' producers, and cost nothing: arithmetic on constants is the
// business of --graph-fold-constants. A fold never changes a type, so x + 0 folds only where x has the result's shape.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/graph/Constants.h"

using namespace mlir;
using namespace wasmind::graph;

namespace {
/// The value of an operand that is a constant with equal elements.
std::optional<double> splatOf(Attribute attribute) {
  auto elements = dyn_cast_or_null<DenseElementsAttr>(attribute);
  if (!elements || !elements.isSplat())
    return std::nullopt;
  return dataOf(elements).asDouble(0);
}

bool isIdentity(ArrayRef<int64_t> permutation) {
  for (auto [i, at] : llvm::enumerate(permutation))
    if (int64_t(i) != at)
      return false;
  return true;
}

/// Whether every value of `narrow` is a value of `wide`.
bool holdsAll(Type wide, Type narrow) {
  auto bits = [](Type type) { return type.getIntOrFloatBitWidth(); };
  if (narrow.isInteger(1))
    return true;
  if (auto from = dyn_cast<IntegerType>(narrow)) {
    if (auto to = dyn_cast<IntegerType>(wide))
      return (from.isUnsigned() == to.isUnsigned() && bits(to) >= bits(from)) ||
             (from.isUnsigned() && bits(to) > bits(from));
    unsigned exact = wide.isF64() ? 53 : wide.isF32() ? 24 : wide.isF16() ? 11 : 8;
    return bits(from) < exact;
  }
  if (!isa<FloatType>(wide))
    return false;
  return wide == narrow || wide.isF64() || (wide.isF32() && bits(narrow) == 16);
}
} // namespace

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValueAttr(); }

OpFoldResult UnaryOp::fold(FoldAdaptor) {
  auto inner = getInput().getDefiningOp<UnaryOp>();
  if (!inner)
    return {};
  UnaryKind kind = getKind();
  if (inner.getKind() == kind) {
    if (kind == UnaryKind::Neg || kind == UnaryKind::Not || kind == UnaryKind::Bits)
      return inner.getInput();
    if (kind == UnaryKind::Abs || kind == UnaryKind::Sign || kind == UnaryKind::Floor || kind == UnaryKind::Ceil ||
        kind == UnaryKind::Round || kind == UnaryKind::Trunc)
      return inner.getResult();
  }
  if (kind == UnaryKind::Abs && inner.getKind() == UnaryKind::Neg) {
    setOperand(inner.getInput());
    return getResult();
  }
  return {};
}

OpFoldResult BinaryOp::fold(FoldAdaptor adaptor) {
  bool lhsWhole = getLhs().getType() == getType(), rhsWhole = getRhs().getType() == getType();
  auto lhs = splatOf(adaptor.getLhs()), rhs = splatOf(adaptor.getRhs());
  auto either = [&](double neutral) -> OpFoldResult {
    if (rhs == neutral && lhsWhole)
      return getLhs();
    if (lhs == neutral && rhsWhole)
      return getRhs();
    return {};
  };
  bool same = getLhs() == getRhs();
  switch (getKind()) {
  case BinaryKind::Add:
  case BinaryKind::Xor:
    return either(0);
  case BinaryKind::Mul:
    return either(1);
  case BinaryKind::Sub:
  case BinaryKind::ShiftLeft:
  case BinaryKind::ShiftRight:
    return rhs == 0.0 && lhsWhole ? getLhs() : OpFoldResult();
  case BinaryKind::Div:
  case BinaryKind::Pow:
    return rhs == 1.0 && lhsWhole ? getLhs() : OpFoldResult();
  case BinaryKind::FloorDiv:
    return rhs == 1.0 && lhsWhole && isa<IntegerType>(getType().getElementType()) ? getLhs() : OpFoldResult();
  case BinaryKind::Max:
  case BinaryKind::Min:
    return same ? getLhs() : OpFoldResult();
  case BinaryKind::And:
    if (same)
      return getLhs();
    return getType().getElementType().isInteger(1) ? either(1) : OpFoldResult();
  case BinaryKind::Or:
    return same ? getLhs() : either(0);
  default:
    return {};
  }
}

OpFoldResult CastOp::fold(FoldAdaptor) {
  if (getInput().getType() == getType())
    return getInput();
  auto inner = getInput().getDefiningOp<CastOp>();
  if (inner && inner.getInput().getType() == getType() &&
      holdsAll(inner.getType().getElementType(), getType().getElementType()))
    return inner.getInput();
  return {};
}

OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  if (getInput().getType() == getType())
    return getInput();
  auto inner = getInput().getDefiningOp<ReshapeOp>();
  // What two reshapes take for granted may not be proved of one.
  auto countOf = [](Value value) { return productOf(getExtents(value.getType()), value.getContext()); };
  if (!inner || countOf(inner.getInput()) != countOf(getResult()))
    return {};
  setOperand(inner.getInput());
  return getResult();
}

OpFoldResult TransposeOp::fold(FoldAdaptor) {
  if (isIdentity(getPermutation()))
    return getInput();
  auto inner = getInput().getDefiningOp<TransposeOp>();
  if (!inner)
    return {};
  SmallVector<int64_t> composed;
  for (int64_t at : getPermutation())
    composed.push_back(inner.getPermutation()[at]);
  setPermutation(composed);
  setOperand(inner.getInput());
  return getResult();
}

OpFoldResult BroadcastOp::fold(FoldAdaptor) {
  if (getInput().getType() == getType())
    return getInput();
  auto inner = getInput().getDefiningOp<BroadcastOp>();
  if (!inner)
    return {};
  setOperand(inner.getInput());
  return getResult();
}

OpFoldResult SliceOp::fold(FoldAdaptor) {
  bool fromStart = llvm::all_of(getStarts().getResults(), [](AffineExpr start) { return constantOf(start) == 0; });
  bool whole = fromStart && getInput().getType() == getType() &&
               llvm::all_of(getStrides(), [](int64_t stride) { return stride == 1; });
  return whole ? getInput() : OpFoldResult();
}

OpFoldResult ConcatOp::fold(FoldAdaptor) {
  return getInputs().size() == 1 ? OpFoldResult(getInputs()[0]) : OpFoldResult();
}

OpFoldResult ExtentOp::fold(FoldAdaptor) {
  auto value = constantOf(getExpression().getResult(0));
  return value ? OpFoldResult(DenseElementsAttr::get(getType(), *value)) : OpFoldResult();
}
