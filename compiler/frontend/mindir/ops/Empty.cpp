//===- Empty.cpp - Empty(shape, dtype): any elements, which are zeros --------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Empty(Node &node) { return ops::Zeros(node); }

} // namespace wasmind::mindir::ops
