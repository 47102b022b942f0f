//===- HSVToRGB.cpp - HSVToRGB(images [..., 3]): red, green and blue of hue, saturation and value ---------------===//
#include "compiler/frontend/mindir/Colours.h"

namespace wasmind::mindir::ops {

Operand HSVToRGB(Node &node) {
  const auto hsv = readColour(node);
  return hsv ? joinColour(node.compose, toRgb(node.compose, *hsv)) : Value();
}

} // namespace wasmind::mindir::ops
