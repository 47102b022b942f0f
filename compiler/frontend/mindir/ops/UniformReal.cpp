//===- UniformReal.cpp - UniformReal(shape): numbers in [0, 1) ----------------------------------------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand UniformReal(Node &node) {
  return drawShape(node, [](graph::Draw &draw, Type type) { return draw.uniform(type); });
}

} // namespace wasmind::mindir::ops
