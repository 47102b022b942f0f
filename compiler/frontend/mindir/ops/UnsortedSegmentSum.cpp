//===- UnsortedSegmentSum.cpp - UnsortedSegmentSum(x, ids, count): sums of the elements with one id --------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand UnsortedSegmentSum(Node &node) { return segments(node, ScatterKind::Add); }

} // namespace wasmind::mindir::ops
