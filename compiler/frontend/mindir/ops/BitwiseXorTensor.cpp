//===- BitwiseXorTensor.cpp - BitwiseXorTensor(x, y), broadcast ---------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand BitwiseXorTensor(Node &node) { return binary(node, BinaryKind::Xor); }

} // namespace wasmind::mindir::ops
