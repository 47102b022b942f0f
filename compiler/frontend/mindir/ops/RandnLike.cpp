//===- RandnLike.cpp - RandnLike(x, seed, offset, dtype): standard normal numbers of the shape of x ---------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand RandnLike(Node &node) {
  return drawByGenerator(node, /*isLike=*/true, [](graph::Draw &draw, Type type) { return draw.normal(type); });
}

} // namespace wasmind::mindir::ops
