//===- MatrixPower.cpp --------------------------------------------------------------------------------------------===//
//
// MatrixPower(x [..., N, N]), attribute n: x times itself, of negative n its inverse
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Matrices.h"
#include <cstdlib>

namespace wasmind::mindir::ops {

Operand MatrixPower(Node &node) {
  Value x = squareMatrices(node, node.tensor(0));
  int64_t n = node.integer("n", Node::none);
  constexpr int64_t most = 1 << 20;
  if (node.failed() || n < -most || n > most)
    return node.fail("takes a power of at most 2^20");
  Value power = identityLike(node, x);
  if (n < 0)
    x = solve(node, x, power).x;
  for (n = std::abs(n); n != 0 && x && power; n >>= 1) { // by squares
    if (n & 1)
      power = node.compose.matmul(power, x);
    x = node.compose.matmul(x, x);
  }
  return power;
}

} // namespace wasmind::mindir::ops
