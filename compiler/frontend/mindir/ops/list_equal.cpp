//===- list_equal.cpp - list_equal(x, y): whether two lists of numbers are equal --------------------------------===//
#include "compiler/frontend/mindir/Scalars.h"

namespace wasmind::mindir::ops {

Operand list_equal(Node &node) { return sequencesAreEqual(node); }

} // namespace wasmind::mindir::ops
