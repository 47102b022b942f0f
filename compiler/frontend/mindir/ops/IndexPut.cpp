//===- IndexPut.cpp -----------------------------------------------------------------------------------------------===//
//
// IndexPut(x, values, indices: tuple), attribute accumulate: x with the values at, or added to, these places
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand IndexPut(Node &node) {
  const int64_t adds = node.integer("accumulate", Node::none, 0);
  if (!node.failed() && (adds < 0 || adds > 1))
    return node.fail("accumulate is neither 0 nor 1");
  return indexPut(node, /*values=*/1, /*indices=*/2, adds != 0);
}

} // namespace wasmind::mindir::ops
