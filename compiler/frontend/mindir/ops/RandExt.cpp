//===- RandExt.cpp - RandExt(shape, seed, offset, dtype): numbers in [0, 1) ---------------------------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand RandExt(Node &node) {
  return drawByGenerator(node, /*isLike=*/false, [](graph::Draw &draw, Type type) { return draw.uniform(type); });
}

} // namespace wasmind::mindir::ops
