//===- FractionalMaxPoolWithFixedKsize.cpp ----------------------------------------------------------------------===//
//
// FractionalMaxPoolWithFixedKsize(x, samples), attributes ksize, output_shape: maxima of windows at random places
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Pools.h"

namespace wasmind::mindir::ops {

Operand FractionalMaxPoolWithFixedKsize(Node &node) { return fractionalMaxPool(node, 2, /*reversed=*/true); }

} // namespace wasmind::mindir::ops
