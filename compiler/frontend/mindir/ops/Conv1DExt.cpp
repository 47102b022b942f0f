//===- Conv1DExt.cpp ----------------------------------------------------------------------------------------------===//
//
// Conv1DExt(x, weight, bias or None, stride, padding, dilation, groups): x [N, C, W], weight [O, C / groups, KW]
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand Conv1DExt(Node &node) { return convolution(node, 1, /*transposedAt=*/Node::none); }

} // namespace wasmind::mindir::ops
