//===- SubExt.cpp - SubExt(x, y, alpha): x - alpha * y ------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand SubExt(Node &node) { return addScaled(node, BinaryKind::Sub); }

} // namespace wasmind::mindir::ops
