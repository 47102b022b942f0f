//===- AddExt.cpp - AddExt(x, y, alpha): x + alpha * y ------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand AddExt(Node &node) { return addScaled(node, BinaryKind::Add); }

} // namespace wasmind::mindir::ops
