//===- Range.cpp - Range(start, limit, delta): numbers known at compile time, or integers -------------------------===//
#include "compiler/frontend/mindir/Operator.h"
#include <cmath>

namespace wasmind::mindir::ops {

/// How many integers there are from start to ahead of limit, step apart.
static AffineExpr countBetween(Node &node, Value start, Value limit, Value step) {
  Compose &b = node.compose;
  auto from = node.known(start), to = node.known(limit), by = node.known(step);
  if (auto stride = by ? graph::constantOf(*by) : std::nullopt; stride && from && to && std::abs(*stride) < (1 << 30)) {
    if (*stride == 0) {
      node.fail("has a step of 0");
      return b.getAffineConstantExpr(0);
    }
    auto distance = graph::distanceOf(*stride > 0 ? *from : *to, *stride > 0 ? *to : *from, node.module());
    if (distance)
      return (*distance + (std::abs(*stride) - 1)).floorDiv(std::abs(*stride));
    llvm::consumeError(distance.takeError());
  }
  Value zero = b.scalar(b.getI64Type(), 0), one = b.scalar(b.getI64Type(), 1);
  Value isDown = b.compare(CompareKind::Less, step, zero);
  Value distance = b.maximum(b.select(isDown, b.sub(start, limit), b.sub(limit, start)), zero);
  Value size = b.maximum(b.unary(UnaryKind::Abs, step), one);
  Value count = b.binary(BinaryKind::FloorDiv, b.add(distance, b.sub(size, one)), size);
  // By steps of nothing there is no number of them, which the run says.
  return node.extentOf(b.select(b.compare(CompareKind::Equal, step, zero), b.scalarLike(count, -1), count), 0);
}

Operand Range(Node &node) {
  Compose &b = node.compose;
  Value first = node.tensor(0);
  auto isData = [&](unsigned i) {
    const Operand &given = node.input(i);
    return given.is(Operand::Kind::Extent) || (given.is(Operand::Kind::Tensor) && !graph::constantDataOf(given.tensor));
  };
  if (first && !node.isFloat(first) && (isData(0) || isData(1) || isData(2))) {
    Value start = node.amount("start", 0), limit = node.amount("limit", 1), step = node.amount("delta", 2, 1);
    const AffineExpr count = node.failed() ? AffineExpr() : countBetween(node, start, limit, step);
    if (node.failed())
      return {};
    Type type = node.declaredElement() ? node.declaredElement() : node.element(first);
    Value index = graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType(count, b.getI64Type()), 0);
    return b.cast(b.add(b.mul(index, b.unsqueeze(step, {0})), b.unsqueeze(start, {0})), type);
  }
  double start = node.number("", 0), limit = node.number("", 1), step = node.number("", 2, 1);
  if (node.failed())
    return {};
  double count = std::ceil((limit - start) / step);
  if (!(count >= 0))
    count = 0;
  if (step == 0 || count > (1 << 26))
    return node.fail("has a step of 0 or too many elements");
  Type type = node.declaredElement() ? node.declaredElement() : node.element(first);
  Value index =
      graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType(b.getContext(), {int64_t(count)}, b.getI64Type()), 0);
  index = b.cast(index, type);
  return b.add(b.mul(index, b.scalarLike(index, step)), b.scalarLike(index, start));
}

} // namespace wasmind::mindir::ops
