//===- BinaryCrossEntropy.cpp -----------------------------------------------------------------------------------===//
//
// BinaryCrossEntropy(p, labels, weight or None, reduction): cross entropy of probabilities
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

// Logarithms are not below those of 1e-12, as MindSpore's kernels have it.
Operand BinaryCrossEntropy(Node &node) {
  Value p = node.tensor(0), labels = node.tensor(1), weight = node.optionalTensor(2);
  const int64_t reduction = reductionKind(node, 3);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  const Type type = node.element(p);
  labels = b.cast(labels, type);
  Value one = b.scalarLike(p, 1), least = b.scalarLike(p, 1e-12);
  auto log = [&](Value x) { return b.unary(UnaryKind::Log, b.maximum(x, least)); };
  Value loss = b.add(b.mul(labels, log(p)), b.mul(b.sub(one, labels), log(b.sub(one, p))));
  loss = b.unary(UnaryKind::Neg, loss);
  return reduceLoss(node, weight ? b.mul(loss, b.cast(weight, type)) : loss, reduction);
}

} // namespace wasmind::mindir::ops
