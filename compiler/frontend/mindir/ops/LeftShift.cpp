//===- LeftShift.cpp - LeftShift(x, y), broadcast -----------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand LeftShift(Node &node) { return binary(node, BinaryKind::ShiftLeft); }

} // namespace wasmind::mindir::ops
