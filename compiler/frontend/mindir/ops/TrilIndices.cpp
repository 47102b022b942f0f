//===- TrilIndices.cpp - TrilIndices(), attributes row, col, offset: the places of a lower triangle --------------===//
#include "compiler/frontend/mindir/Fill.h"

namespace wasmind::mindir::ops {

Operand TrilIndices(Node &node) { return triangleIndices(node, /*upper=*/false); }

} // namespace wasmind::mindir::ops
