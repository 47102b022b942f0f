//===- MaxUnpool2D.cpp ------------------------------------------------------------------------------------------===//
//
// MaxUnpool2D(x, places), attributes ksize, strides, pads, output_shape: what a pool took, put back
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Pools.h"

namespace wasmind::mindir::ops {

Operand MaxUnpool2D(Node &node) { return maxUnpool(node, 2); }

} // namespace wasmind::mindir::ops
