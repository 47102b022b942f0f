//===- Cummax.cpp - Cummax(x, axis): running maxima and where the last of each stands ---------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand Cummax(Node &node) { return cumulativeExtreme(node, ReduceKind::Max); }

} // namespace wasmind::mindir::ops
