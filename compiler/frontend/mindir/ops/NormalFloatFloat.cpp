//===- NormalFloatFloat.cpp - NormalFloatFloat(mean, std, size, seed, offset) -------------------------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand NormalFloatFloat(Node &node) { return normalAround(node, node.extents("size", 2), 3); }

} // namespace wasmind::mindir::ops
