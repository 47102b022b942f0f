//===- ConvTbc.cpp ------------------------------------------------------------------------------------------------===//
//
// ConvTbc(x [T, B, C], weights [K, C, O], bias [O], pad): a convolution along the first dimension
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand ConvTbc(Node &node) {
  Value x = node.tensor(0), weights = node.tensor(1), bias = node.optionalTensor(2);
  const int64_t pad = node.integer("pad", 3, 0);
  if (!node.expectRank(x, 3, "input 0") || !node.expectRank(weights, 3, "weights"))
    return {};
  const Integers kernel{node.staticExtent(weights, 0, "weights")};
  const Compose::Window window{{1}, {pad}, {pad}, {1}};
  Compose &b = node.compose;
  x = b.transpose(x, {1, 2, 0});
  if (node.failed() || !checkFit(node, x, kernel, window))
    return {};
  return b.transpose(b.convolve(x, b.transpose(weights, {2, 1, 0}), bias, window, /*groups=*/1), {2, 0, 1});
}

} // namespace wasmind::mindir::ops
