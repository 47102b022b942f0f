#include "compiler/frontend/onnx/Sequences.h"
#include "compiler/graph/ShapeValues.h"

namespace wasmind::onnx {

std::optional<Position> positionOf(Node &node, unsigned i, int64_t count, int64_t places) {
  Compose &compose = node.compose();
  if (!node.hasInput(i))
    return Position{places - 1, {}};
  Value value = node.input(i);
  if (!value || !mlir::isa<mlir::IntegerType>(compose.elementOf(value)) ||
      graph::constantOf(graph::productOf(compose.extentsOf(value), compose.getContext())) != 1)
    return node.fail("position (input " + llvm::Twine(i) + ") must be one integer");
  if (graph::constantDataOf(value)) {
    auto known = node.constantInteger(i, "position");
    if (!known)
      return std::nullopt;
    if (*known < -count || *known >= places)
      return node.fail("position " + llvm::Twine(*known) + " of a sequence of " + llvm::Twine(count));
    return Position{*known < 0 ? *known + count : *known, {}};
  }
  value = compose.reshape(compose.cast(value, compose.getI64Type()), Integers());
  Value zero = compose.scalar(compose.getI64Type(), 0);
  Value wrapped = compose.add(value, compose.scalar(compose.getI64Type(), count));
  return Position{0, compose.select(compose.compare(CompareKind::Less, value, zero), wrapped, value)};
}

Value stack(Node &node, llvm::ArrayRef<Value> tensors, unsigned position) {
  Compose &compose = node.compose();
  llvm::SmallVector<Value> rows;
  for (Value tensor : tensors) {
    if (tensor.getType() != tensors.front().getType())
      return node.fail("the sequence holds " + node.text(tensors.front().getType()) + " and " +
                       node.text(tensor.getType()) +
                       ", so the position must be known while compiling, but depends on " +
                       node.origin(node.input(position)) + node.advice(node.input(position)));
    rows.push_back(compose.unsqueeze(tensor, {0}));
  }
  return compose.concat(rows, 0);
}

AffineExpr countOf(Node &node, const Parts &parts) {
  Compose &compose = node.compose();
  const AffineExpr whole = compose.extentsOf(parts.whole)[parts.dim];
  if (auto size = graph::constantOf(parts.extent))
    return graph::normalise((whole + (*size - 1)).floorDiv(*size));
  Value sum = compose.extent(graph::normalise(whole + parts.extent - 1));
  auto count = node.extentOf(compose.binary(BinaryKind::FloorDiv, sum, compose.extent(parts.extent)),
                             node.nameOfOutput(0) + ".count", node.bounds(whole).max);
  return count ? *count : AffineExpr();
}

Value partAt(Node &node, const Parts &parts, unsigned i) {
  Compose &compose = node.compose();
  Value at = compose.reshape(node.input(i), Integers());
  const AffineExpr count = countOf(node, parts);
  if (!at || !count)
    return node.fail("position (input " + llvm::Twine(i) + ") must be one integer");
  at = compose.cast(at, compose.getI64Type());
  const std::string outside = "a position outside a sequence of '" + node.text(count) + "'";
  if (auto known = graph::shapeElements(at)) {
    AffineExpr place = known->front();
    if (node.bounds(place).max < 0)
      place = graph::normalise(place + count);
    if (!node.require(place, outside) || !node.require(graph::normalise(count - 1 - place), outside))
      return {};
    at = compose.extent(place);
  } else {
    Value isNegative = compose.compare(CompareKind::Less, at, compose.scalarLike(at, 0));
    at = compose.select(isNegative, compose.add(at, compose.extent(count)), at);
    Value isInside =
        compose.binary(BinaryKind::And, compose.compare(CompareKind::GreaterEqual, at, compose.scalarLike(at, 0)),
                       compose.compare(CompareKind::Less, at, compose.extent(count)));
    if (!node.check(isInside, outside))
      return {};
  }
  Value begin = compose.mul(at, compose.extent(parts.extent));
  auto range = node.rangeOf(graph::ComputedSlice{begin, compose.add(begin, compose.extent(parts.extent))}, parts.whole,
                            parts.dim);
  if (!range)
    return {};
  Value part = compose.sliceDim(parts.whole, parts.dim, range->start, range->count);
  if (!parts.keepsDim)
    part = compose.squeeze(compose.withExtent(part, parts.dim, compose.getAffineConstantExpr(1)), {parts.dim});
  return part;
}

} // namespace wasmind::onnx
