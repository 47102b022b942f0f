//===- ScalarToArray.cpp - ScalarToArray(number): a tensor of rank 0 ---------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand ScalarToArray(Node &node) { return ops::TupleToTensor(node); }

} // namespace wasmind::mindir::ops
