//===- MakeList.cpp - MakeList(...): a sequence -------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand MakeList(Node &node) { return ops::MakeTuple(node); }

} // namespace wasmind::mindir::ops
