//===- ListGetItem.cpp - ListGetItem(sequence, index) -------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand ListGetItem(Node &node) { return ops::TupleGetItem(node); }

} // namespace wasmind::mindir::ops
