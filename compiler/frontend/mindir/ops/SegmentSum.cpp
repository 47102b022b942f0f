//===- SegmentSum.cpp -------------------------------------------------------------------------------------------===//
//
// SegmentSum(x, ids [n], ascending): of the elements with one id, 0 where there are none
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand SegmentSum(Node &node) { return sortedSegments(node, ScatterKind::Add, /*isMean=*/false); }

} // namespace wasmind::mindir::ops
