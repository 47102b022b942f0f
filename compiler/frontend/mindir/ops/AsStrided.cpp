//===- AsStrided.cpp - AsStrided(x, size, stride, storage_offset): elements of x, flat, at equal steps -----------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand AsStrided(Node &node) {
  Value x = node.tensor(0);
  const Integers size = node.integers("size", 1), stride = node.integers("stride", 2);
  const int64_t offset = node.integer("storage_offset", 3, 0);
  if (node.failed() || size.size() != stride.size())
    return node.fail("size and stride have different numbers of entries");
  int64_t count = 1;
  for (auto [extent, step] : llvm::zip(size, stride)) {
    if (extent < 0 || step < 0 || step > graph::extentLimit || (extent && count > (1 << 22) / extent))
      return node.fail("size or stride is out of range");
    count *= extent;
  }
  Integers places(1, offset);
  for (auto [extent, step] : llvm::zip(size, stride)) {
    Integers next;
    for (int64_t place : places)
      for (int64_t i = 0; i < extent; ++i)
        next.push_back(place + i * step);
    places = next;
  }
  Compose &b = node.compose;
  x = b.reshape(x, {graph::productOf(b.extentsOf(x), b.getContext())});
  Value indices = graph::makeIntegers(b, b.getLoc(), places);
  if (offset < 0)
    return node.fail("storage_offset is negative");
  expectIndices(node, indices, x, 0);
  return node.failed() ? Value() : b.reshape(b.gather(x, indices, 0), size);
}

} // namespace wasmind::mindir::ops
