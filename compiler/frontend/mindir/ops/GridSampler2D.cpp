//===- GridSampler2D.cpp - GridSampler2D(x, grid, interpolation_mode, padding_mode, align_corners) ---------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand GridSampler2D(Node &node) { return gridSampler(node, 2); }

} // namespace wasmind::mindir::ops
