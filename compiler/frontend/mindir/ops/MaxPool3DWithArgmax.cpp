//===- MaxPool3DWithArgmax.cpp ------------------------------------------------------------------------------------===//
//
// MaxPool3DWithArgmax(x [N, C, D, H, W]), attributes ksize, strides, pads, dilation, ceil_mode: the largest
// elements, and where
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand MaxPool3DWithArgmax(Node &node) {
  expectChannelsFirst(node, "format", Node::none);
  return maxPoolWithArgmax(node, "ksize", 3);
}

} // namespace wasmind::mindir::ops
