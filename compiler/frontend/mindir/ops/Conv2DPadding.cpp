//===- Conv2DPadding.cpp ------------------------------------------------------------------------------------------===//
//
// Conv2DPadding(x, weight, bias or None, stride, padding: same or valid, dilation, groups)
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand Conv2DPadding(Node &node) { return convolution(node, 2, /*transposedAt=*/Node::none); }

} // namespace wasmind::mindir::ops
