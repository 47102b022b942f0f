//===- XLogYScalarOther.cpp - XLogYScalarOther(x, number): x log(number) ----------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand XLogYScalarOther(Node &node) { return Xlogy(node); }

} // namespace wasmind::mindir::ops
