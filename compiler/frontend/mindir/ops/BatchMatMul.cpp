//===- BatchMatMul.cpp - BatchMatMul(a, b, transpose_a, transpose_b) ----------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand BatchMatMul(Node &node) { return ops::MatMul(node); }

} // namespace wasmind::mindir::ops
