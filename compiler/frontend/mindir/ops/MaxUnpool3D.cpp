//===- MaxUnpool3D.cpp ------------------------------------------------------------------------------------------===//
//
// MaxUnpool3D(x, places), attributes ksize, strides, pads, output_shape: what a pool took, put back
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Pools.h"

namespace wasmind::mindir::ops {

Operand MaxUnpool3D(Node &node) { return maxUnpool(node, 3); }

} // namespace wasmind::mindir::ops
