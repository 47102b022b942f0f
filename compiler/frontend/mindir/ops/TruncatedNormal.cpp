//===- TruncatedNormal.cpp - TruncatedNormal(shape): standard normal numbers between -2 and 2 ---------------------===//
#include "compiler/frontend/mindir/Random.h"
#include "compiler/frontend/mindir/Special.h"
#include <cmath>
#include <numbers>

namespace wasmind::mindir::ops {

// By the inverse of the distribution: sqrt(2) erfinv(y) of y between -erf(sqrt(2)) and erf(sqrt(2)).
Operand TruncatedNormal(Node &node) {
  return drawShape(node, [&](graph::Draw &draw, Type type) {
    Compose &b = node.compose;
    const double most = std::erf(std::numbers::sqrt2);
    Value uniform = draw.uniform(b.getF32Type());
    Value y = b.sub(b.mul(uniform, b.scalarLike(uniform, 2 * most)), b.scalarLike(uniform, most));
    Value x = inverseErrorFunction(b, y);
    return b.cast(b.clip(b.mul(x, b.scalarLike(x, std::numbers::sqrt2)), -2, 2), type);
  });
}

} // namespace wasmind::mindir::ops
