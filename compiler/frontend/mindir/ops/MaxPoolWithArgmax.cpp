//===- MaxPoolWithArgmax.cpp ------------------------------------------------------------------------------------===//
//
// MaxPoolWithArgmax(x [N, C, H, W]), attributes kernel_size, strides, pad_mode: values alone
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand MaxPoolWithArgmax(Node &node) {
  expectChannelsFirst(node, "data_format", Node::none);
  Pool pool = readImagePool(node);
  if (!pool.ok)
    return {};
  return Operand::tuple({node.compose.maxPool(pool.x, pool.kernel, pool.window),
                         Operand::unavailable("the positions of a pool's maxima")});
}

} // namespace wasmind::mindir::ops
