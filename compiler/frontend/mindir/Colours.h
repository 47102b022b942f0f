//===- Colours.h - images of three channels, the last dimension ---------------------------------------------------===//
#pragma once
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir {

/// Three channels of 0..1, each [..., 1]; hue, saturation, value or red, green, blue.
using Colour = std::array<Value, 3>;

/// Input 0 by channels, which must be three floats. Nothing after an error.
std::optional<Colour> readColour(Node &node);
Value joinColour(Compose &b, const Colour &colour);
Colour toHsv(Compose &b, const Colour &rgb);
Colour toRgb(Compose &b, const Colour &hsv);

} // namespace wasmind::mindir
