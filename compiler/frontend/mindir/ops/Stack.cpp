//===- Stack.cpp - Stack(tuple, axis): joined along a new dimension -----------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Stack(Node &node) {
  auto tensors = node.tensors();
  bool isTuple = node.input(0).is(Operand::Kind::Sequence);
  int64_t axis = node.integer("axis", isTuple ? 1 : Node::none, 0);
  if (node.failed())
    return {};
  axis = node.axis(axis, node.rank(tensors.front()), /*inclusive=*/true);
  for (Value &tensor : tensors) {
    if (node.rank(tensor) != node.rank(tensors.front()) && &tensor != &tensors.front())
      return node.fail("the tensors have different ranks");
  }
  if (node.failed())
    return {};
  llvm::SmallVector<Value> rows;
  for (Value tensor : tensors)
    rows.push_back(node.compose.unsqueeze(tensor, {axis}));
  return node.compose.concat(rows, axis);
}

} // namespace wasmind::mindir::ops
