//===- AdjustSaturation.cpp - AdjustSaturation(images [..., 3], scale): saturations times a number, at most 1 ---===//
#include "compiler/frontend/mindir/Colours.h"

namespace wasmind::mindir::ops {

Operand AdjustSaturation(Node &node) {
  const auto rgb = readColour(node);
  Value scale = node.tensor(1);
  if (!rgb || !node.expectRank(scale, 0, "scale") || node.failed())
    return {};
  Compose &b = node.compose;
  Colour hsv = toHsv(b, *rgb);
  hsv[1] = b.clip(b.mul(hsv[1], b.cast(scale, node.element(hsv[1]))), 0, 1);
  return joinColour(b, toRgb(b, hsv));
}

} // namespace wasmind::mindir::ops
