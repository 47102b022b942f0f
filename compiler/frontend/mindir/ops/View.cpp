//===- View.cpp - View(x, shape: tuple) ---------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand View(Node &node) { return ops::Reshape(node); }

} // namespace wasmind::mindir::ops
