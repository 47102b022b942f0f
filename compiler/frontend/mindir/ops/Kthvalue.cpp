//===- Kthvalue.cpp ---------------------------------------------------------------------------------------------===//
//
// Kthvalue(x, k, dim, keepdim): the k-th smallest element along a dimension, and where it stands
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand Kthvalue(Node &node) {
  return orderStatistic(node, node.tensor(0), node.integer("k", 1), node.integer("dim", 2, -1),
                        node.flag("keepdim", 3, false));
}

} // namespace wasmind::mindir::ops
