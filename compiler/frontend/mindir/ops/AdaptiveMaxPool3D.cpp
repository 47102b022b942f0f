//===- AdaptiveMaxPool3D.cpp ------------------------------------------------------------------------------------===//
//
// AdaptiveMaxPool3D(x, output_size): maxima of evenly divided parts, and where they are
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Pools.h"

namespace wasmind::mindir::ops {

Operand AdaptiveMaxPool3D(Node &node) { return adaptiveMaxPool(node, 3, node.compose.getI32Type()); }

} // namespace wasmind::mindir::ops
