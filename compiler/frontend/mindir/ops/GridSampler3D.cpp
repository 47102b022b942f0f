//===- GridSampler3D.cpp - GridSampler3D(x, grid, interpolation_mode, padding_mode, align_corners) ---------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand GridSampler3D(Node &node) { return gridSampler(node, 3); }

} // namespace wasmind::mindir::ops
