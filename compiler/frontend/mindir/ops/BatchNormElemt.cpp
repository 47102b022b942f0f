//===- BatchNormElemt.cpp ---------------------------------------------------------------------------------------===//
//
// BatchNormElemt(x [N, C, ...], weight, bias, mean, invstd, eps): (x - mean) invstd weight + bias
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand BatchNormElemt(Node &node) {
  Value x = node.tensor(0), weight = node.optionalTensor(1), bias = node.optionalTensor(2), mean = node.tensor(3),
        scale = node.tensor(4);
  if (node.failed() || node.rank(x) < 2)
    return node.fail("input 0 has fewer than 2 dimensions");
  Compose &b = node.compose;
  auto column = [&](Value v) {
    Extents line(node.rank(x) - 1, b.getAffineConstantExpr(1));
    line[0] = b.extentsOf(x)[1];
    return b.reshape(b.cast(v, node.element(x)), line);
  };
  for (Value each : {weight, bias, mean, scale})
    if (each && node.expectRank(each, 1, "a parameter"))
      node.expectEqual(b.extentsOf(each)[0], b.extentsOf(x)[1], "a parameter has not one number per channel");
  if (node.failed())
    return {};
  x = b.mul(b.sub(x, column(mean)), column(scale));
  if (weight)
    x = b.mul(x, column(weight));
  return bias ? b.add(x, column(bias)) : x;
}

} // namespace wasmind::mindir::ops
