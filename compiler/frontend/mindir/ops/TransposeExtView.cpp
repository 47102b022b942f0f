//===- TransposeExtView.cpp - TransposeExtView(x, dim0, dim1): two dimensions change places -----------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand TransposeExtView(Node &node) {
  Value x = node.tensor(0);
  int64_t first = node.axis(node.integer("dim0", 1), node.rank(x)),
          second = node.axis(node.integer("dim1", 2), node.rank(x));
  if (node.failed())
    return {};
  auto permutation = llvm::to_vector(llvm::seq<int64_t>(0, node.rank(x)));
  std::swap(permutation[first], permutation[second]);
  return node.compose.transpose(x, permutation);
}

} // namespace wasmind::mindir::ops
