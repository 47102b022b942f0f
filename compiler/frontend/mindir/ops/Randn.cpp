//===- Randn.cpp - Randn(shape, seed, offset, dtype): standard normal numbers -------------------------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand Randn(Node &node) {
  return drawByGenerator(node, /*isLike=*/false, [](graph::Draw &draw, Type type) { return draw.normal(type); });
}

} // namespace wasmind::mindir::ops
