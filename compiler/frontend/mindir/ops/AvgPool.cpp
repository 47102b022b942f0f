//===- AvgPool.cpp ------------------------------------------------------------------------------------------------===//
//
// AvgPool(x [N, C, H, W], kernel_size, strides, pad_mode, data_format): padding does not count
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand AvgPool(Node &node) {
  expectChannelsFirst(node, "format", 4);
  Pool pool = readImagePool(node);
  return pool.ok ? node.compose.averagePool(pool.x, pool.kernel, pool.window, /*countPadding=*/false) : Value();
}

} // namespace wasmind::mindir::ops
