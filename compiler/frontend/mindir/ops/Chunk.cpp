//===- Chunk.cpp - Chunk(x, chunks, dim): at most that many parts of one size, the last one smaller ---------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand Chunk(Node &node) {
  Value x = node.tensor(0);
  int64_t count = node.integer("chunks", 1), axis = node.axis(node.integer("dim", 2, 0), node.rank(x));
  int64_t extent = node.failed() ? 0 : node.staticExtent(x, axis, "input 0");
  if (!node.failed() && count < 1)
    return node.fail("chunks is " + llvm::Twine(count));
  return node.failed() ? Operand() : splitBySize(node, x, axis, extent, std::max<int64_t>((extent - 1) / count + 1, 1));
}

} // namespace wasmind::mindir::ops
