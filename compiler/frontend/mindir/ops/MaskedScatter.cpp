//===- MaskedScatter.cpp ----------------------------------------------------------------------------------------===//
//
// MaskedScatter(x, mask, source): x, whose elements where the mask is true are the source's first ones in order
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand MaskedScatter(Node &node) {
  Value x = node.tensor(0), mask = node.tensor(1), source = node.tensor(2);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  x = b.select(mask, x, x); // broadcast
  mask = x ? b.broadcastTo(mask, b.extentsOf(x)) : Value();
  if (!mask)
    return Value();
  const Extents flat{graph::productOf(b.extentsOf(x), b.getContext())},
      available{graph::productOf(b.extentsOf(source), b.getContext())};
  node.expectAtLeast(available[0], 1, "a source to scatter");
  if (node.failed())
    return {};
  if (node.bounds(available[0] - flat[0]).min < 0) { // the mask may ask for more
    Value ones = b.cast(b.reshape(mask, flat), b.getI64Type());
    const AffineExpr needed =
        node.extentOf(b.reduce(ReduceKind::Sum, ones, {0}, /*keepDims=*/false), 0, node.bounds(flat[0]).max, ".masked");
    node.require(available[0] - needed, "the source has fewer elements than the mask has places");
    if (node.failed())
      return {};
  }
  // Which element of the source comes next: how many places before this one are true.
  Value flags = b.cast(b.reshape(mask, flat), b.getI64Type());
  Value next = graph::ScanOp::create(b, b.getLoc(), ReduceKind::Sum, flags, 0, /*exclusive=*/true, /*reverse=*/false);
  Value chosen = b.gather(b.reshape(b.cast(source, node.element(x)), available), next, 0);
  return b.select(mask, b.reshape(chosen, b.extentsOf(x)), x);
}

} // namespace wasmind::mindir::ops
