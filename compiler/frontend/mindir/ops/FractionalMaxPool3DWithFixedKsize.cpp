//===- FractionalMaxPool3DWithFixedKsize.cpp --------------------------------------------------------------------===//
//
// FractionalMaxPool3DWithFixedKsize(x, samples), attributes ksize, output_shape: maxima of windows at random places
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Pools.h"

namespace wasmind::mindir::ops {

Operand FractionalMaxPool3DWithFixedKsize(Node &node) { return fractionalMaxPool(node, 3, /*reversed=*/false); }

} // namespace wasmind::mindir::ops
