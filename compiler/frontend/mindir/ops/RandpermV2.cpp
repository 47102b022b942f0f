//===- RandpermV2.cpp - RandpermV2(n, seed, offset, dtype): 0..n-1 in random order --------------------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand RandpermV2(Node &node) { return ops::RandpermExt(node); }

} // namespace wasmind::mindir::ops
