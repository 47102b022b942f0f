//===- BitwiseAnd.cpp - BitwiseAnd(x, y), broadcast ---------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand BitwiseAnd(Node &node) { return binary(node, BinaryKind::And); }

} // namespace wasmind::mindir::ops
