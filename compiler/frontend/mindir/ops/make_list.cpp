//===- make_list.cpp - make_list(...): a sequence -----------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand make_list(Node &node) { return ops::MakeTuple(node); }

} // namespace wasmind::mindir::ops
