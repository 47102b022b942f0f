//===- RGBToHSV.cpp - RGBToHSV(images [..., 3]): hue, saturation and value, each 0 to 1 -------------------------===//
#include "compiler/frontend/mindir/Colours.h"

namespace wasmind::mindir::ops {

Operand RGBToHSV(Node &node) {
  const auto rgb = readColour(node);
  return rgb ? joinColour(node.compose, toHsv(node.compose, *rgb)) : Value();
}

} // namespace wasmind::mindir::ops
