//===- ClipByNorm.cpp - ClipByNorm(x, most): x scaled to a norm of at most so much --------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

// x most / max(|x|, most), where |x| is the root of the sum of squares. Along an axis MindSpore's own kernel gives
// other numbers than its documentation.
Operand ClipByNorm(Node &node) {
  Value x = node.tensor(0), most = node.tensor(1);
  auto axis = node.parameter("axis", Node::none);
  if (node.failed() || !node.isFloat(x))
    return node.fail("takes floats");
  if (axis && !axis->is(Operand::Kind::Nothing) && !(axis->hasElements() && axis->elements().empty()))
    return node.fail("an axis is not supported; divide by ops.norm along it");
  Compose &b = node.compose;
  most = b.cast(most, node.element(x));
  const auto all = llvm::to_vector(llvm::seq<int64_t>(0, node.rank(x)));
  Value norm = b.unary(UnaryKind::Sqrt, b.reduce(ReduceKind::Sum, b.mul(x, x), all, /*keepDims=*/true));
  return b.div(b.mul(x, most), b.maximum(norm, most));
}

} // namespace wasmind::mindir::ops
