#include "compiler/frontend/onnx/ControlFlow.h"

namespace wasmind::onnx {

Value toScalar(Node &node, Value x) { return x ? node.compose().reshape(x, Integers()) : x; }

std::optional<llvm::SmallVector<Value>>
emitLoop(Node &node, Value tripCount, Value condition, AffineExpr rowCount, llvm::ArrayRef<Value> initial,
         llvm::function_ref<std::optional<Iteration>(Value iteration, llvm::ArrayRef<Value> carried)> body) {
  Compose &compose = node.compose();
  const mlir::Location location = compose.getLoc();
  if (!condition)
    condition = compose.scalar(compose.getI1Type(), 1);
  // The rows' shapes are known when the body is there: it is built in a draft, which the real operation takes over.
  auto draft = graph::LoopOp::create(compose, location, mlir::TypeRange(), tripCount, condition, mlir::ValueRange());
  llvm::SmallVector<Type> types{tripCount.getType()};
  for (Value value : initial)
    types.push_back(value.getType());
  mlir::OpBuilder::InsertionGuard guard(compose);
  mlir::Block *block =
      compose.createBlock(&draft.getBody(), {}, types, llvm::SmallVector<mlir::Location>(types.size(), location));
  llvm::SmallVector<Value> carried(block->args_begin() + 1, block->args_end());
  std::optional<Iteration> iteration = body(block->getArgument(0), carried);
  auto abandon = [&] {
    compose.setInsertionPointAfter(draft);
    draft.erase();
    return std::nullopt;
  };
  if (!iteration || node.failed())
    return abandon();
  for (auto [i, pair] : llvm::enumerate(llvm::zip(iteration->carried, carried))) {
    auto [next, last] = pair;
    if (!next || next.getType() != last.getType()) {
      node.fail("carried value " + llvm::Twine(i) + " changes from " + node.text(last.getType()) + " to " +
                (next ? node.text(next.getType()) : "nothing") + " in the loop; memory is planned while compiling");
      return abandon();
    }
  }
  llvm::SmallVector<Value> yielded{iteration->proceed ? iteration->proceed : compose.scalar(compose.getI1Type(), 1)};
  llvm::append_range(yielded, iteration->carried);
  llvm::SmallVector<mlir::RankedTensorType> buffers;
  for (auto [value, index] : iteration->rows) {
    if (!value || !index)
      return abandon();
    Extents extents = compose.extentsOf(value);
    extents.insert(extents.begin(), rowCount);
    buffers.push_back(graph::makeTensorType(extents, compose.elementOf(value)));
    Value buffer = block->addArgument(buffers.back(), location);
    Value written = graph::ScatterOp::create(compose, location, ScatterKind::Set, buffer,
                                             compose.reshape(index, Integers{1}), compose.unsqueeze(value, {0}));
    yielded.push_back(written);
  }
  graph::YieldOp::create(compose, location, yielded);

  compose.setInsertionPointAfter(draft);
  llvm::SmallVector<Value> operands(initial);
  for (mlir::RankedTensorType buffer : buffers)
    operands.push_back(compose.splat(graph::getExtents(buffer), buffer.getElementType(), 0));
  auto loop =
      graph::LoopOp::create(compose, location, mlir::ValueRange(operands).getTypes(), tripCount, condition, operands);
  loop.getBody().takeBody(draft.getBody());
  draft.erase();
  return llvm::SmallVector<Value>(loop.getResults());
}

} // namespace wasmind::onnx
