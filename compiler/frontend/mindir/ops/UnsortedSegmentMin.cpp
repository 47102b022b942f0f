//===- UnsortedSegmentMin.cpp - UnsortedSegmentMin(x, ids, count): minima of the elements with one id ------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand UnsortedSegmentMin(Node &node) { return segments(node, ScatterKind::Min); }

} // namespace wasmind::mindir::ops
