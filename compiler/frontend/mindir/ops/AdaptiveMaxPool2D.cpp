//===- AdaptiveMaxPool2D.cpp ------------------------------------------------------------------------------------===//
//
// AdaptiveMaxPool2D(x, output_size): maxima of evenly divided parts, and where they are
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Pools.h"

namespace wasmind::mindir::ops {

Operand AdaptiveMaxPool2D(Node &node) { return adaptiveMaxPool(node, 2, node.compose.getI64Type()); }

} // namespace wasmind::mindir::ops
