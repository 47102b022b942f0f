//===- Cummin.cpp - Cummin(x), attribute axis: running minima and where the last of each stands -----------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand Cummin(Node &node) { return cumulativeExtreme(node, ReduceKind::Min); }

} // namespace wasmind::mindir::ops
