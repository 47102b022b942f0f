//===- GatherNdExt.cpp - GatherNdExt(x, indices [..., K]) --------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand GatherNdExt(Node &node) { return ops::GatherNd(node); }

} // namespace wasmind::mindir::ops
