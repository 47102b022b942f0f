//===- NewEmpty.cpp - NewEmpty(x, shape, dtype): any elements, which are zeros -----------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand NewEmpty(Node &node) { return ops::NewZeros(node); }

} // namespace wasmind::mindir::ops
