//===- UnsortedSegmentProd.cpp - UnsortedSegmentProd(x, ids, count): products of the elements with one id --------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand UnsortedSegmentProd(Node &node) { return segments(node, ScatterKind::Mul); }

} // namespace wasmind::mindir::ops
