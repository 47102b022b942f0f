//===- TrilExt.cpp - TrilExt(x, diagonal): the lower triangle, the rest 0 -----------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand TrilExt(Node &node) { return ops::Tril(node); }

} // namespace wasmind::mindir::ops
