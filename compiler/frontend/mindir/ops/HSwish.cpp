//===- HSwish.cpp - HSwish(x): x * min(max(x + 3, 0), 6) / 6 ------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand HSwish(Node &node) {
  return throughFloats(node, node.tensor(0), [&](Value x) { return node.compose.hardSwish(x); });
}

} // namespace wasmind::mindir::ops
