//===- TriuIndices.cpp - TriuIndices(), attributes row, col, offset: the places of an upper triangle -------------===//
#include "compiler/frontend/mindir/Fill.h"

namespace wasmind::mindir::ops {

Operand TriuIndices(Node &node) { return triangleIndices(node, /*upper=*/true); }

} // namespace wasmind::mindir::ops
