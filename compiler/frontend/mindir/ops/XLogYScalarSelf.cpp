//===- XLogYScalarSelf.cpp - XLogYScalarSelf(number, x): number log(x) ------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand XLogYScalarSelf(Node &node) { return Xlogy(node); }

} // namespace wasmind::mindir::ops
