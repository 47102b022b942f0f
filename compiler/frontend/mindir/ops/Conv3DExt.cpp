//===- Conv3DExt.cpp ----------------------------------------------------------------------------------------------===//
//
// Conv3DExt(x, weight, bias or None, stride, padding, dilation, groups): x [N, C, D, H, W]
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand Conv3DExt(Node &node) { return convolution(node, 3, /*transposedAt=*/Node::none); }

} // namespace wasmind::mindir::ops
