//===- SubScalar.cpp - SubScalar(x, y, alpha): x - alpha * y of a number y ----------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand SubScalar(Node &node) { return addScaled(node, BinaryKind::Sub); }

} // namespace wasmind::mindir::ops
