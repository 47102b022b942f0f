//===- BitwiseXorScalar.cpp - BitwiseXorScalar(x, y), broadcast ---------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand BitwiseXorScalar(Node &node) { return binary(node, BinaryKind::Xor); }

} // namespace wasmind::mindir::ops
