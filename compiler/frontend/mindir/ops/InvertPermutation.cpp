//===- InvertPermutation.cpp - InvertPermutation(tuple): where each number stands --------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand InvertPermutation(Node &node) {
  const Integers given = node.integers("", 0);
  llvm::SmallVector<Operand> inverse(given.size());
  for (auto [i, place] : llvm::enumerate(given)) {
    if (place < 0 || place >= int64_t(given.size()) || !inverse[place].is(Operand::Kind::Nothing))
      return node.fail("the numbers are no permutation of 0 to " + llvm::Twine(given.size() - 1));
    inverse[place] = Operand::integer(i);
  }
  return Operand::sequence(inverse);
}

} // namespace wasmind::mindir::ops
