//===- ScalarCast.cpp - ScalarCast(number, dtype): a number ------------------------------------------------------===//
#include "compiler/frontend/mindir/Scalars.h"

namespace wasmind::mindir::ops {

Operand ScalarCast(Node &node) { return scalarCast(node); }

} // namespace wasmind::mindir::ops
