//===- Digamma.cpp - Digamma(x): the derivative of log gamma(x) --------------------------------------------------===//
#include "compiler/frontend/mindir/Special.h"

namespace wasmind::mindir::ops {

Operand Digamma(Node &node) { return special(node, 0, digamma); }

} // namespace wasmind::mindir::ops
