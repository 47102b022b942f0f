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
  Value largest = node.compose.maxPool(pool.x, pool.kernel, pool.window);
  if (largest && pool.isSingle)
    largest = node.compose.squeeze(largest, {0});
  return Operand::tuple({largest, Operand::unavailable("the mask of a pool")});
}

} // namespace wasmind::mindir::ops
