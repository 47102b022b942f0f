//===- HSigmoid.cpp - HSigmoid(x): min(max(x / 6 + 1/2, 0), 1) ----------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand HSigmoid(Node &node) {
  return throughFloats(node, node.tensor(0), [&](Value x) { return node.compose.hardSigmoid(x, 1.0 / 6, 0.5); });
}

} // namespace wasmind::mindir::ops
