#include "compiler/frontend/onnx/Sequences.h"

namespace wasmind::onnx {

std::optional<Position> positionOf(Node &node, unsigned i, int64_t count, int64_t places) {
  Compose &compose = node.compose();
  if (!node.hasInput(i))
    return Position{places - 1, {}};
  Value value = node.input(i);
  if (!value || !mlir::isa<mlir::IntegerType>(compose.elementOf(value)) ||
      graph::constantOf(graph::productOf(compose.extentsOf(value), compose.getContext())) != 1)
    return node.fail("position (input " + llvm::Twine(i) + ") must be one integer");
  if (graph::constantDataOf(value)) {
    auto known = node.constantInteger(i, "position");
    if (!known)
      return std::nullopt;
    if (*known < -count || *known >= places)
      return node.fail("position " + llvm::Twine(*known) + " of a sequence of " + llvm::Twine(count));
    return Position{*known < 0 ? *known + count : *known, {}};
  }
  value = compose.reshape(compose.cast(value, compose.getI64Type()), Integers());
  Value zero = compose.scalar(compose.getI64Type(), 0);
  Value wrapped = compose.add(value, compose.scalar(compose.getI64Type(), count));
  return Position{0, compose.select(compose.compare(CompareKind::Less, value, zero), wrapped, value)};
}

Value stack(Node &node, llvm::ArrayRef<Value> tensors, unsigned position) {
  Compose &compose = node.compose();
  llvm::SmallVector<Value> rows;
  for (Value tensor : tensors) {
    if (tensor.getType() != tensors.front().getType())
      return node.fail("the sequence holds " + node.text(tensors.front().getType()) + " and " +
                       node.text(tensor.getType()) +
                       ", so the position must be known while compiling, but depends on " +
                       node.origin(node.input(position)) + node.advice(node.input(position)));
    rows.push_back(compose.unsqueeze(tensor, {0}));
  }
  return compose.concat(rows, 0);
}

} // namespace wasmind::onnx
