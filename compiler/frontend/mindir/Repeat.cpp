#include "compiler/frontend/mindir/Repeat.h"

namespace wasmind::mindir {

llvm::SmallVector<Value> repeat(Compose &b, Value limit, llvm::ArrayRef<Value> initial,
                                llvm::function_ref<Iteration(Value, llvm::ArrayRef<Value>)> body) {
  if (!limit || llvm::is_contained(initial, Value()))
    return {};
  const auto yes = [&] { return b.scalar(b.getI1Type(), 1); };
  mlir::OperationState state(b.getLoc(), graph::LoopOp::getOperationName());
  graph::LoopOp::build(b, state, mlir::ValueRange(initial).getTypes(), limit, yes(), initial);
  auto loop = mlir::cast<graph::LoopOp>(b.OpBuilder::create(state));
  {
    mlir::OpBuilder::InsertionGuard guard(b);
    llvm::SmallVector<Type> types{limit.getType()};
    llvm::append_range(types, mlir::ValueRange(initial).getTypes());
    mlir::Block *block =
        b.createBlock(&loop.getBody(), {}, types, llvm::SmallVector<mlir::Location>(types.size(), b.getLoc()));
    llvm::SmallVector<Value> arguments(block->args_begin(), block->args_end());
    Iteration next = body(arguments.front(), llvm::ArrayRef(arguments).drop_front());
    if (llvm::is_contained(next.carried, Value())) {
      loop.erase();
      return {};
    }
    llvm::SmallVector<Value> yielded{next.proceed ? next.proceed : yes()};
    llvm::append_range(yielded, next.carried);
    graph::YieldOp::create(b, yielded);
  }
  return llvm::SmallVector<Value>(loop.getResults());
}

Value withRow(Compose &b, Value x, Value at, Value row) {
  return b.scatterNd(graph::ScatterKind::Set, x, b.reshape(at, Integers{1, 1}), b.unsqueeze(row, {0}));
}

} // namespace wasmind::mindir
