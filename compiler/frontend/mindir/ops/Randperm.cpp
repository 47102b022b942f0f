//===- Randperm.cpp - Randperm(n), attributes max_length, pad, dtype: 0..n-1 in random order, then pads -----------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand Randperm(Node &node) {
  Extents count = node.extents("n", 0);
  const int64_t length = node.integer("max_length", Node::none, 1), pad = node.integer("pad", Node::none, -1);
  Type type = node.dtype("dtype", Node::none);
  graph::Draw drawn = draw(node, count);
  if (!type)
    type = node.declaredElement() ? node.declaredElement() : node.compose.getI32Type();
  if (node.failed() || count.size() != 1)
    return node.fail("takes one number");
  Compose &b = node.compose;
  node.require(length - count.front(), "a permutation longer than max_length");
  Value order = b.cast(drawn.permutation(), type);
  Value rest = node.failed() ? Value() : b.splat({length - count.front()}, type, pad);
  return node.failed() ? Value() : b.concat({order, rest}, 0);
}

} // namespace wasmind::mindir::ops
