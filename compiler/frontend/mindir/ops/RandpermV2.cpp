//===- RandpermV2.cpp - RandpermV2(n, seed, offset, dtype): 0..n-1 in random order --------------------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand RandpermV2(Node &node) {
  return drawPermutation(node,
                         [&](const Extents &count) { return draw(node, count, "seed", "offset", 1, /*none=*/-1); });
}

} // namespace wasmind::mindir::ops
