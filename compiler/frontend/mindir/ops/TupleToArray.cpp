//===- TupleToArray.cpp - TupleToArray(tuple of numbers): a tensor -----------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand TupleToArray(Node &node) { return ops::TupleToTensor(node); }

} // namespace wasmind::mindir::ops
