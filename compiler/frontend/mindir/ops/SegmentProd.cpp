//===- SegmentProd.cpp ------------------------------------------------------------------------------------------===//
//
// SegmentProd(x, ids [n], ascending): of the elements with one id, 0 where there are none
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand SegmentProd(Node &node) { return sortedSegments(node, ScatterKind::Mul, /*isMean=*/false); }

} // namespace wasmind::mindir::ops
