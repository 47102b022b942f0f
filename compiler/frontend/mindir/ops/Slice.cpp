//===- Slice.cpp - Slice(x, begin: tuple, size: tuple), a size of -1 reaches to the end ---------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand Slice(Node &node) {
  Value x = node.tensor(0);
  Extents begin = node.extents("begin", 1), size = node.extents("size", 2);
  if (node.failed())
    return {};
  Extents extents = node.compose.extentsOf(x);
  if (begin.size() != extents.size() || size.size() != extents.size())
    return node.fail("begin and size must have " + llvm::Twine(extents.size()) + " entries");
  for (auto [i, entry] : llvm::enumerate(size)) {
    if (graph::constantOf(entry) == -1 && graph::constantOf(begin[i]).value_or(0) >= 0)
      entry = extents[i] - begin[i];
    expectInside(node, i, begin[i], entry, extents[i]);
  }
  return node.failed() ? Value() : node.compose.slice(x, begin, size);
}

} // namespace wasmind::mindir::ops
