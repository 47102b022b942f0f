//===- Conv3DPadding.cpp ----------------------------------------------------------------------------------------===//
//
// Conv3DPadding(x, weight, bias or None, stride, padding: same or valid, dilation, groups)
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand Conv3DPadding(Node &node) { return convolution(node, 3, /*transposedAt=*/Node::none); }

} // namespace wasmind::mindir::ops
