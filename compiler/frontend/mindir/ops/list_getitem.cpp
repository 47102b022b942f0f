//===- list_getitem.cpp - list_getitem(sequence, index) -----------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand list_getitem(Node &node) { return ops::TupleGetItem(node); }

} // namespace wasmind::mindir::ops
