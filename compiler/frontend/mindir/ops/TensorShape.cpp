//===- TensorShape.cpp - TensorShape(x): an int64 tensor ----------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand TensorShape(Node &node) { return node.compose.shapeOf(node.tensor(0)); }

} // namespace wasmind::mindir::ops
