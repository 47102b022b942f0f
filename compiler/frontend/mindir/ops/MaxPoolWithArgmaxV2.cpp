//===- MaxPoolWithArgmaxV2.cpp -----------------------------------------------------------------------------------===//
//
// MaxPoolWithArgmaxV2(x [N, C, H, W]), attributes kernel_size, strides, pads, dilation, ceil_mode: the largest
// elements, and where
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand MaxPoolWithArgmaxV2(Node &node) { return maxPoolWithArgmax(node, "kernel_size", 2); }

} // namespace wasmind::mindir::ops
