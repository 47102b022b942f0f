//===- OneHotExt.cpp - OneHotExt(indices, depth, on_value, off_value, axis) ---------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand OneHotExt(Node &node) { return ops::OneHot(node); }

} // namespace wasmind::mindir::ops
