//===- StandardNormal.cpp - StandardNormal(shape): standard normal numbers ----------------------------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand StandardNormal(Node &node) {
  return drawShape(node, [](graph::Draw &draw, Type type) { return draw.normal(type); });
}

} // namespace wasmind::mindir::ops
