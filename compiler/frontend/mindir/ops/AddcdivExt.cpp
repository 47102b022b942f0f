//===- AddcdivExt.cpp - AddcdivExt(x, a, b, value): x + value * (a / b) -----------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand AddcdivExt(Node &node) { return addCombined(node, BinaryKind::Div); }

} // namespace wasmind::mindir::ops
