//===- BroadcastTo.cpp - BroadcastTo(x, shape: tuple), -1 keeps an extent -----------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand BroadcastTo(Node &node) {
  Value x = node.tensor(0);
  auto shape = node.amounts("shape", 1);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  const Extents own = b.extentsOf(x);
  const size_t missing = std::max<size_t>(shape.size(), own.size()) - own.size();
  Extents extents;
  for (auto [i, entry] : llvm::enumerate(shape)) {
    auto known = node.known(entry);
    const bool keeps = known && graph::constantOf(*known) == -1;
    if (i < missing && keeps)
      return node.fail("a shape with the entry -1 for a dimension that the input has not");
    if (keeps)
      entry = b.extent(own[i - missing]);
    else if (!known && i >= missing)
      entry =
          b.select(b.compare(CompareKind::Equal, entry, b.scalarLike(entry, -1)), b.extent(own[i - missing]), entry);
    extents.push_back(node.extentOf(entry, i));
    node.require(extents.back(), "a shape with the entry '" + node.text(extents.back()) + "'");
  }
  return node.failed() ? Value() : b.broadcastTo(x, extents);
}

} // namespace wasmind::mindir::ops
