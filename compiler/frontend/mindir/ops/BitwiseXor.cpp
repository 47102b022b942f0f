//===- BitwiseXor.cpp - BitwiseXor(x, y), broadcast ---------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand BitwiseXor(Node &node) { return binary(node, BinaryKind::Xor); }

} // namespace wasmind::mindir::ops
