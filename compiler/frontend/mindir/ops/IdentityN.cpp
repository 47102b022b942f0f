//===- IdentityN.cpp - IdentityN(tuple): the tuple ---------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand IdentityN(Node &node) { return node.input(0); }

} // namespace wasmind::mindir::ops
