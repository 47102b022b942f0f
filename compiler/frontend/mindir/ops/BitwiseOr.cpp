//===- BitwiseOr.cpp - BitwiseOr(x, y), broadcast -----------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand BitwiseOr(Node &node) { return binary(node, BinaryKind::Or); }

} // namespace wasmind::mindir::ops
