//===- Dropout2dExt.cpp - Dropout2dExt(x, p, training, inplace, seed, offset): x with channels dropped ------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand Dropout2dExt(Node &node) {
  Value x = node.tensor(0);
  const bool isTraining = node.flag("training", 2, true);
  if (node.failed() || !isTraining)
    return x;
  if (node.rank(x) < 3)
    return node.fail("takes images with channels");
  // Of an image without a batch, the channels come first.
  Extents channels = shapeOf(node, x);
  std::fill(channels.begin() + (channels.size() == 3 ? 1 : 2), channels.end(), node.compose.getAffineConstantExpr(1));
  return dropByGenerator(node, channels, 4);
}

} // namespace wasmind::mindir::ops
