//===- Chunk.cpp - Chunk(x, chunks, dim): at most that many parts of one size, the last one smaller ---------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand Chunk(Node &node) {
  Value x = node.tensor(0);
  int64_t count = node.integer("chunks", 1), axis = node.axis(node.integer("dim", 2, 0), node.rank(x));
  if (!node.failed() && (count < 1 || count > (1 << 16)))
    return node.fail("chunks is " + llvm::Twine(count));
  if (node.failed())
    return {};
  // Of nothing there is one part, which is empty.
  const AffineExpr extent = node.compose.extentsOf(x)[axis];
  if (graph::constantOf(extent) == 0)
    return split(node, x, axis, {extent});
  return splitBySize(node, x, axis, (extent + (count - 1)).floorDiv(count));
}

} // namespace wasmind::mindir::ops
