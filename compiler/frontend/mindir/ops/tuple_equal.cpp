//===- tuple_equal.cpp - tuple_equal(x, y): whether two tuples of numbers are equal -----------------------------===//
#include "compiler/frontend/mindir/Scalars.h"

namespace wasmind::mindir::ops {

Operand tuple_equal(Node &node) { return sequencesAreEqual(node); }

} // namespace wasmind::mindir::ops
