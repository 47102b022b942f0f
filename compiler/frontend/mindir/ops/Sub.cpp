//===- Sub.cpp - Sub(x, y), broadcast -----------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Sub(Node &node) { return binary(node, BinaryKind::Sub); }

} // namespace wasmind::mindir::ops
