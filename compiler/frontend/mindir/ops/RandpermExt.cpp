//===- RandpermExt.cpp - RandpermExt(n, seed, offset, dtype): 0..n-1 in random order ------------------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand RandpermExt(Node &node) {
  return drawPermutation(node, [&](const Extents &count) { return drawOfGenerator(node, count, 1); });
}

} // namespace wasmind::mindir::ops
