//===- BitwiseOrTensor.cpp - BitwiseOrTensor(x, y), broadcast -----------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand BitwiseOrTensor(Node &node) { return binary(node, BinaryKind::Or); }

} // namespace wasmind::mindir::ops
