//===- StageIndices.cpp - indices as affine expressions, and what conditions say about them ----------------------===//
#include "compiler/frontend/expr/Stage.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::te {

std::optional<AffineExpr> Stage::affine(const Node &node) {
  auto result = anyAffine(node);
  return result && hasSmallCoefficients(*result) ? result : std::nullopt;
}

std::optional<AffineExpr> Stage::anyAffine(const Node &node) {
  switch (node.kind) {
  case NodeKind::Constant:
    if (node.isFloat || (node.dtype == DType::U64 && node.integer < 0))
      return std::nullopt;
    return builder.getAffineConstantExpr(node.integer);
  case NodeKind::Axis: {
    auto at = llvm::find(axes, &node);
    if (at == axes.end())
      return std::nullopt;
    return builder.getAffineDimExpr(at - axes.begin());
  }
  case NodeKind::Var: {
    AffineExpr symbol = tracer.symbolOf(node);
    return symbol ? std::optional(symbol) : std::nullopt;
  }
  case NodeKind::Cast: // to a type that holds every index
    if (node.dtype == DType::I32 || node.dtype == DType::I64)
      return affine(node.operands[0].node());
    return std::nullopt;
  case NodeKind::Unary:
    if (auto x = node.unary() == te::UnaryKind::Neg ? affine(node.operands[0].node()) : std::nullopt)
      return -*x;
    return std::nullopt;
  case NodeKind::Binary:
    break;
  default:
    return std::nullopt;
  }
  auto a = affine(node.operands[0].node()), b = a ? affine(node.operands[1].node()) : std::nullopt;
  if (!b)
    return std::nullopt;
  Ranges ranges(extents, tracer.dims);
  switch (node.binary()) {
  case te::BinaryKind::Add:
    return normalise(*a + *b);
  case te::BinaryKind::Sub:
    return normalise(*a - *b);
  case te::BinaryKind::Mul:
    if (!a->isSymbolicOrConstant() && !b->isSymbolicOrConstant())
      return std::nullopt;
    return normalise(*a * *b);
  case te::BinaryKind::FloorDiv:
  case te::BinaryKind::FloorMod:
  case te::BinaryKind::Div:
  case te::BinaryKind::Rem: {
    // Of what is never negative, truncated and floored are the same, and what kernels compute, in 32 bits.
    if (!b->isSymbolicOrConstant() || !ranges.isNonNegative(*b - 1) || !ranges.isNonNegative(*a) ||
        !ranges.isNonNegative(builder.getAffineConstantExpr(std::numeric_limits<int32_t>::max()) - *a))
      return std::nullopt;
    bool isQuotient = node.binary() == te::BinaryKind::FloorDiv || node.binary() == te::BinaryKind::Div;
    if (ranges.isNonNegative(*b - 1 - *a))
      return isQuotient ? builder.getAffineConstantExpr(0) : *a;
    return normalise(isQuotient ? a->floorDiv(*b) : *a % *b);
  }
  default:
    return std::nullopt;
  }
}

bool Stage::inequalities(Fact fact, SmallVectorImpl<AffineExpr> &results) {
  const Node &node = *fact.condition;
  if (node.kind == NodeKind::Unary && node.unary() == te::UnaryKind::Not)
    return inequalities({&node.operands[0].node(), !fact.holds}, results);
  if (node.kind == NodeKind::Binary && node.dtype == DType::Bool &&
      node.binary() == (fact.holds ? te::BinaryKind::And : te::BinaryKind::Or)) {
    bool all = inequalities({&node.operands[0].node(), fact.holds}, results);
    return inequalities({&node.operands[1].node(), fact.holds}, results) && all;
  }
  if (node.kind == NodeKind::Constant)
    return bool(node.integer) == fact.holds;
  if (node.kind != NodeKind::Compare)
    return false;
  auto a = affine(node.operands[0].node()), b = affine(node.operands[1].node());
  if (!a || !b)
    return false;
  te::CompareKind kind = node.compare();
  if (!fact.holds) {
    static constexpr te::CompareKind opposite[] = {te::CompareKind::NotEqual,     te::CompareKind::Equal,
                                                   te::CompareKind::GreaterEqual, te::CompareKind::Greater,
                                                   te::CompareKind::LessEqual,    te::CompareKind::Less};
    kind = opposite[unsigned(kind)];
  }
  switch (kind) {
  case te::CompareKind::Equal:
    results.push_back(*a - *b);
    results.push_back(*b - *a);
    return true;
  case te::CompareKind::NotEqual: { // above or below, where one of them cannot be
    Ranges ranges(extents, tracer.dims);
    if (ranges.isNonNegative(*a - *b))
      results.push_back(*a - *b - 1);
    else if (ranges.isNonNegative(*b - *a))
      results.push_back(*b - *a - 1);
    else
      return false;
    return true;
  }
  case te::CompareKind::Less:
    results.push_back(*b - *a - 1);
    return true;
  case te::CompareKind::LessEqual:
    results.push_back(*b - *a);
    return true;
  case te::CompareKind::Greater:
    results.push_back(*a - *b - 1);
    return true;
  case te::CompareKind::GreaterEqual:
    results.push_back(*a - *b);
    return true;
  }
  return false;
}

SmallVector<AffineExpr> Stage::inequalities() {
  SmallVector<AffineExpr> results;
  for (Fact fact : facts)
    (void)inequalities(fact, results);
  return results;
}

std::optional<Stage::Excess> Stage::excessOf(const Node &node, unsigned dim, AffineExpr index, AffineExpr extent,
                                             ArrayRef<AffineExpr> guards) {
  Ranges ranges(extents, tracer.dims);
  AffineExpr room = extent - 1 - index;
  bool isLowFine = ranges.isNonNegative(index), isHighFine = ranges.isNonNegative(room);
  if (isLowFine && isHighFine)
    return Excess();
  if (!ranges.isNonNegative(index, guards) || !ranges.isNonNegative(room, guards)) {
    tracer.fail(textOf(node) + ": the index " + tracer.toString(index, axes) + " of dimension " + Twine(dim) +
                " may lie outside 0 <= index < " + tracer.toString(extent, {}) +
                "; change the shape or put it into a select whose condition bounds it");
    return std::nullopt;
  }
  Excess excess{true};
  auto amount = [&](bool isFine, AffineExpr distance) -> int64_t {
    if (isFine)
      return 0;
    auto lowest = ranges.lowest(distance);
    auto constant = lowest ? constantOf(*lowest) : std::nullopt;
    constexpr int64_t most = 1 << 20; // a larger border is not worth its memory
    excess.isConstant &= constant && *constant >= -most;
    return constant ? std::max<int64_t>(-*constant, 0) : 0;
  };
  excess.low = amount(isLowFine, index);
  excess.high = amount(isHighFine, room);
  return excess;
}

} // namespace wasmind::te
