//===- BitwiseAndTensor.cpp - BitwiseAndTensor(x, y), broadcast ---------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand BitwiseAndTensor(Node &node) { return binary(node, BinaryKind::And); }

} // namespace wasmind::mindir::ops
