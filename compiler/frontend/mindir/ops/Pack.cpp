//===- Pack.cpp - Pack(tuple), attribute axis: the older name of Stack -------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Pack(Node &node) { return ops::Stack(node); }

} // namespace wasmind::mindir::ops
