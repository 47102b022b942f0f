//===- RandLikeExt.cpp - RandLikeExt(x, seed, offset, dtype): numbers in [0, 1) of the shape of x -----------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand RandLikeExt(Node &node) {
  return drawByGenerator(node, /*isLike=*/true, [](graph::Draw &draw, Type type) { return draw.uniform(type); });
}

} // namespace wasmind::mindir::ops
