//===- RightShift.cpp - RightShift(x, y), broadcast ---------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand RightShift(Node &node) { return binary(node, BinaryKind::ShiftRight); }

} // namespace wasmind::mindir::ops
