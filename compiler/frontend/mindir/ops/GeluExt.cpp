//===- GeluExt.cpp - GeluExt(x, approximate): 0 = erf, 1 = tanh ---------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand GeluExt(Node &node) {
  bool approximate = false;
  if (auto value = node.parameter("approximate", 1); value && value->is(Operand::Kind::Text))
    approximate = value->string == "tanh";
  else
    approximate = node.flag("approximate", 1, false);
  Value x = node.tensor(0);
  return approximate ? node.compose.geluTanh(x) : node.compose.gelu(x);
}

} // namespace wasmind::mindir::ops
