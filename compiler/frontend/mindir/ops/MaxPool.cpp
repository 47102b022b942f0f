//===- MaxPool.cpp - MaxPool(x [N, C, H, W]), attributes kernel_size, strides, pad_mode ---------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand MaxPool(Node &node) {
  expectChannelsFirst(node, "format", Node::none);
  expectChannelsFirst(node, "data_format", Node::none);
  Pool pool = readImagePool(node);
  return pool.ok ? node.compose.maxPool(pool.x, pool.kernel, pool.window) : Value();
}

} // namespace wasmind::mindir::ops
