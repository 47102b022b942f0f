//===- ScalarToTensor.cpp - ScalarToTensor(number, dtype) ---------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand ScalarToTensor(Node &node) { return ops::TupleToTensor(node); }

} // namespace wasmind::mindir::ops
