//===- ArgSort.cpp - ArgSort(x, dim, descending, stable): int64 indices -------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand ArgSort(Node &node) {
  Operand sorted = sort(node, "dim");
  return node.failed() || sorted.elements().size() != 2 ? Operand() : sorted.elements()[1];
}

} // namespace wasmind::mindir::ops
