//===- SoftShrink.cpp - SoftShrink(x, lambd): x moved towards 0 by lambd ------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand SoftShrink(Node &node) {
  double limit = node.number("lambd", 1, 0.5);
  Value x = node.tensor(0);
  return x ? node.compose.sub(x, node.compose.clip(x, -limit, limit)) : Value();
}

} // namespace wasmind::mindir::ops
