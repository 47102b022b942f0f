//===- ScalarUadd.cpp - ScalarUadd(x): the number ----------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand ScalarUadd(Node &node) { return node.input(0); }

} // namespace wasmind::mindir::ops
