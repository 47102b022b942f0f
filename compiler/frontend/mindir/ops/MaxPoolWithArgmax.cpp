//===- MaxPoolWithArgmax.cpp ------------------------------------------------------------------------------------===//
//
// MaxPoolWithArgmax(x [N, C, H, W]), attributes kernel_size, strides, pad_mode: the largest elements, and where
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand MaxPoolWithArgmax(Node &node) {
  expectChannelsFirst(node, "data_format", Node::none);
  Pool pool = readImagePool(node, /*channelsEnd=*/true);
  if (!pool.ok)
    return {};
  Compose &b = node.compose;
  Operand found = largestAndPlaces(node, pool.x, pool.kernel, pool.window, b.getI32Type());
  const Operand &places = found.elements()[1];
  if (!places.is(Operand::Kind::Tensor) || !places.tensor)
    return found;
  // They count from the first channel on.
  const Extents shape = b.extentsOf(pool.x);
  const AffineExpr one = b.getAffineConstantExpr(1);
  Value channel =
      graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType({one, shape[1], one, one}, b.getI32Type()), 1);
  Value start =
      b.mul(channel, b.cast(b.extent(graph::productOf({shape[2], shape[3]}, b.getContext())), b.getI32Type()));
  return Operand::tuple({found.elements()[0], b.add(places.tensor, b.cast(start, node.element(places.tensor)))});
}

} // namespace wasmind::mindir::ops
