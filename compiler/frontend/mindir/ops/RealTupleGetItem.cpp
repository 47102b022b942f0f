//===- RealTupleGetItem.cpp - RealTupleGetItem(sequence, index) ---------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand RealTupleGetItem(Node &node) { return ops::TupleGetItem(node); }

} // namespace wasmind::mindir::ops
