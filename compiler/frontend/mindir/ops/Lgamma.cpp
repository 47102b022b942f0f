//===- Lgamma.cpp - Lgamma(x): log |gamma(x)| --------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Special.h"

namespace wasmind::mindir::ops {

Operand Lgamma(Node &node) { return special(node, 0, logGamma); }

} // namespace wasmind::mindir::ops
