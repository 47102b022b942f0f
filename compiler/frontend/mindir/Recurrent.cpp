#include "compiler/frontend/mindir/Recurrent.h"
#include "compiler/frontend/mindir/Repeat.h"

namespace wasmind::mindir {

void expectPlainRecurrence(Node &node, unsigned lengths) {
  auto expect = [&](bool isPlain, llvm::StringRef what) {
    if (!isPlain)
      node.fail(what + " is not supported; a network of LSTM or GRU cells, exported on the CPU, computes it");
  };
  expect(!node.has(lengths), "seq_length");
  expect(node.text("direction", Node::none, "UNIDIRECTIONAL") == "UNIDIRECTIONAL", "another direction");
  expect(node.integer("cell_depth", Node::none, 1) == 1, "cell_depth");
  expect(node.number("keep_prob", Node::none, 1) == 1, "keep_prob");
  expect(node.number("cell_clip", Node::none, -1) < 0, "cell_clip");
  expect(node.integer("num_proj", Node::none, 0) == 0, "num_proj");
  expect(node.flag("time_major", Node::none, true), "time_major = False");
  expect(node.text("activation", Node::none, "tanh") == "tanh", "another activation");
}

llvm::SmallVector<Value> recur(Node &node, Value x, llvm::ArrayRef<Value> initial,
                               llvm::function_ref<llvm::SmallVector<Value>(Value, llvm::ArrayRef<Value>)> step) {
  Compose &b = node.compose;
  if (!x || llvm::is_contained(initial, Value()))
    return {};
  const AffineExpr steps = b.extentsOf(x)[0];
  const size_t count = initial.size();
  llvm::SmallVector<Value> carried(initial);
  for (Value state : initial) {
    Extents shape = b.extentsOf(state);
    shape.insert(shape.begin(), steps);
    carried.push_back(b.splat(shape, b.elementOf(state), 0));
  }
  auto last = repeat(b, b.extent(steps), carried, [&](Value iteration, llvm::ArrayRef<Value> carried) {
    Iteration next{step(b.gather(x, iteration, 0), carried.take_front(count))};
    for (size_t i = 0; i < count; ++i)
      next.carried.push_back(withRow(b, carried[count + i], iteration, next.carried[i]));
    return next;
  });
  return llvm::SmallVector<Value>(llvm::ArrayRef(last).take_back(last.empty() ? 0 : count));
}

} // namespace wasmind::mindir
