#include "compiler/frontend/onnx/Operator.h"
#include "llvm/ADT/Sequence.h"

WASMIND_ONNX_OPERATOR(Transpose) {
  Value x = node.input(0);
  const int64_t rank = node.rank(x);
  Integers permutation;
  for (int64_t i = rank - 1; i >= 0; --i)
    permutation.push_back(i);
  permutation = node.integers("perm", permutation);
  Integers sorted = permutation;
  llvm::sort(sorted);
  if (int64_t(sorted.size()) != rank || !llvm::equal(sorted, llvm::seq<int64_t>(0, rank)))
    return node.fail("attribute 'perm' is not a permutation of " + llvm::Twine(rank) + " axes");
  return node.compose().transpose(x, permutation);
}
