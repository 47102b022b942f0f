//===- SeLU.cpp - SeLU(x): scale * (x, and alpha (e^x - 1) below 0) -----------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand SeLU(Node &node) {
  // Klambauer et al., "Self-Normalizing Neural Networks", 2017.
  return throughFloats(node, node.tensor(0), [&](Value x) {
    Value elu = node.compose.elu(x, 1.67326324235);
    return elu ? node.compose.mul(elu, node.compose.scalarLike(elu, 1.05070098736)) : Value();
  });
}

} // namespace wasmind::mindir::ops
