//===- FloorMod.cpp - FloorMod(x, y), broadcast -------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand FloorMod(Node &node) { return binary(node, BinaryKind::FloorMod); }

} // namespace wasmind::mindir::ops
