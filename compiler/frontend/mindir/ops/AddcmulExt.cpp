//===- AddcmulExt.cpp - AddcmulExt(x, a, b, value): x + value * (a * b) -----------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand AddcmulExt(Node &node) { return addCombined(node, BinaryKind::Mul); }

} // namespace wasmind::mindir::ops
