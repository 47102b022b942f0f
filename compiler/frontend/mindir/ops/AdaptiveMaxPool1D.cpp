//===- AdaptiveMaxPool1D.cpp ------------------------------------------------------------------------------------===//
//
// AdaptiveMaxPool1D(x, output_size): maxima of evenly divided parts, and where they are
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Pools.h"

namespace wasmind::mindir::ops {

Operand AdaptiveMaxPool1D(Node &node) { return adaptiveMaxPool(node, 1, node.compose.getI64Type()); }

} // namespace wasmind::mindir::ops
