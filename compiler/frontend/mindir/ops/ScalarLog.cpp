//===- ScalarLog.cpp - ScalarLog(x): log x, of a number ----------------------------------------------------------===//
#include "compiler/frontend/mindir/Scalars.h"

namespace wasmind::mindir::ops {

Operand ScalarLog(Node &node) { return scalarFunction(node, UnaryKind::Log); }

} // namespace wasmind::mindir::ops
