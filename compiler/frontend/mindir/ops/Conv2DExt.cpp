//===- Conv2DExt.cpp ----------------------------------------------------------------------------------------------===//
//
// Conv2DExt(x, weight, bias or None, stride, padding, dilation, groups): x [N, C, H, W], weight [O, C / groups, KH, KW]
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand Conv2DExt(Node &node) { return convolution(node, 2, /*transposedAt=*/Node::none); }

} // namespace wasmind::mindir::ops
