//===- AdjustHue.cpp - AdjustHue(images [..., 3], delta): hues moved along their circle of length 1 -------------===//
#include "compiler/frontend/mindir/Colours.h"

namespace wasmind::mindir::ops {

Operand AdjustHue(Node &node) {
  const auto rgb = readColour(node);
  Value delta = node.tensor(1);
  if (!rgb || !node.expectRank(delta, 0, "delta") || node.failed())
    return {};
  Compose &b = node.compose;
  Colour hsv = toHsv(b, *rgb);
  Value moved = b.add(hsv[0], b.cast(delta, node.element(hsv[0])));
  hsv[0] = b.sub(moved, b.unary(UnaryKind::Floor, moved));
  return joinColour(b, toRgb(b, hsv));
}

} // namespace wasmind::mindir::ops
