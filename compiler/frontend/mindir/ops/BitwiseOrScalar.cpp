//===- BitwiseOrScalar.cpp - BitwiseOrScalar(x, y), broadcast -----------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand BitwiseOrScalar(Node &node) { return binary(node, BinaryKind::Or); }

} // namespace wasmind::mindir::ops
