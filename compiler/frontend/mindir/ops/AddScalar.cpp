//===- AddScalar.cpp - AddScalar(x, y, alpha): x + alpha * y of a number y ----------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand AddScalar(Node &node) { return addScaled(node, BinaryKind::Add); }

} // namespace wasmind::mindir::ops
