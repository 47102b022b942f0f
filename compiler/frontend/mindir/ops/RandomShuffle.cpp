//===- RandomShuffle.cpp - RandomShuffle(x): x in random order along dimension 0 ----------------------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand RandomShuffle(Node &node) {
  Value x = node.tensor(0);
  if (node.failed() || node.rank(x) == 0)
    return x;
  Compose &b = node.compose;
  graph::Draw drawn = draw(node, {b.extentsOf(x).front()});
  return node.failed() ? Value() : b.gather(x, drawn.permutation(), 0);
}

} // namespace wasmind::mindir::ops
