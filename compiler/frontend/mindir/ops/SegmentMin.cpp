//===- SegmentMin.cpp -------------------------------------------------------------------------------------------===//
//
// SegmentMin(x, ids [n], ascending): of the elements with one id, 0 where there are none
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand SegmentMin(Node &node) { return sortedSegments(node, ScatterKind::Min, /*isMean=*/false); }

} // namespace wasmind::mindir::ops
