//===- NonDeterministicInts.cpp - NonDeterministicInts(shape): integers of all bits -------------------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand NonDeterministicInts(Node &node) {
  return drawShape(node, [&](graph::Draw &draw, Type type) {
    return node.compose.cast(type.getIntOrFloatBitWidth() == 64 ? draw.wideWord() : draw.word(0), type);
  });
}

} // namespace wasmind::mindir::ops
