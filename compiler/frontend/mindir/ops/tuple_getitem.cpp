//===- tuple_getitem.cpp - tuple_getitem(sequence, index) ---------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand tuple_getitem(Node &node) { return ops::TupleGetItem(node); }

} // namespace wasmind::mindir::ops
