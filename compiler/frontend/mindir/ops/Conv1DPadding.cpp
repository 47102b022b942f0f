//===- Conv1DPadding.cpp ----------------------------------------------------------------------------------------===//
//
// Conv1DPadding(x, weight, bias or None, stride, padding: same or valid, dilation, groups)
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand Conv1DPadding(Node &node) { return convolution(node, 1, /*transposedAt=*/Node::none); }

} // namespace wasmind::mindir::ops
