//===- SplitWithSize.cpp - SplitWithSize(x, split_sections: tuple, dim) -------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand SplitWithSize(Node &node) {
  Value x = node.tensor(0);
  auto sizes = node.amounts("split_sections", 1);
  int64_t axis = node.axis(node.integer("dim", 2, 0), node.rank(x));
  if (node.failed())
    return {};
  const int64_t most = node.bounds(node.compose.extentsOf(x)[axis]).max;
  Extents extents;
  for (auto [i, size] : llvm::enumerate(sizes))
    extents.push_back(node.extentOf(size, axis, most, "." + llvm::Twine(i)));
  return split(node, x, axis, extents);
}

} // namespace wasmind::mindir::ops
