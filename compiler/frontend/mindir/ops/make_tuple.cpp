//===- make_tuple.cpp - make_tuple(...): a sequence ---------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand make_tuple(Node &node) { return ops::MakeTuple(node); }

} // namespace wasmind::mindir::ops
