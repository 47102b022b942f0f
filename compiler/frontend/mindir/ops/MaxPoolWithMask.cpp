//===- MaxPoolWithMask.cpp ----------------------------------------------------------------------------------------===//
//
// MaxPoolWithMask(x, kernel_size, stride, padding, dilation, ceil_mode, type): values alone
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand MaxPoolWithMask(Node &node) {
  Pool pool = readPool(node, /*hasDilation=*/true);
  if (pool.ok && pool.roundsUp)
    roundUp(node, pool.x, pool.kernel, pool.window);
  if (!pool.ok)
    return {};
  return Operand::tuple(
      {node.compose.maxPool(pool.x, pool.kernel, pool.window), Operand::unavailable("the mask of a pool")});
}

} // namespace wasmind::mindir::ops
