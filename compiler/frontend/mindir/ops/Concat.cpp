//===- Concat.cpp - Concat(tuple, axis) ---------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Concat(Node &node) {
  // The tuple is input 0, or its elements are the inputs (then the axis is an attribute).
  auto tensors = node.tensors();
  bool isTuple = node.input(0).is(Operand::Kind::Sequence);
  int64_t axis = node.integer("axis", isTuple ? 1 : Node::none, 0);
  return node.failed() ? Value() : node.compose.concat(tensors, axis);
}

} // namespace wasmind::mindir::ops
