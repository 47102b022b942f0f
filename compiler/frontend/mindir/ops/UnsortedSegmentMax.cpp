//===- UnsortedSegmentMax.cpp - UnsortedSegmentMax(x, ids, count): maxima of the elements with one id ------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand UnsortedSegmentMax(Node &node) { return segments(node, ScatterKind::Max); }

} // namespace wasmind::mindir::ops
