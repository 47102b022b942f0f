//===- SplitTensor.cpp - SplitTensor(x, split_size, dim): parts of split_size, the last one smaller ---------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand SplitTensor(Node &node) {
  Value x = node.tensor(0);
  int64_t size = node.integer("split_size", 1), axis = node.axis(node.integer("dim", 2, 0), node.rank(x));
  int64_t extent = node.failed() ? 0 : node.staticExtent(x, axis, "input 0");
  if (!node.failed() && size < 1)
    return node.fail("split_size is " + llvm::Twine(size));
  return node.failed() ? Operand() : splitBySize(node, x, axis, extent, size);
}

} // namespace wasmind::mindir::ops
