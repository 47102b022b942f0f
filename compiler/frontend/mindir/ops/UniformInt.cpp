//===- UniformInt.cpp - UniformInt(shape, low, high): int32 numbers in [low, high) --------------------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand UniformInt(Node &node) {
  Extents shape = node.extents("shape", 0);
  Value low = node.tensor(1), high = node.tensor(2);
  graph::Draw drawn = draw(node, shape);
  return node.failed() ? Value() : drawBetween(node, drawn, low, high);
}

} // namespace wasmind::mindir::ops
