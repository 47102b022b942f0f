//===- Fill.cpp - Fill(dtype, shape, value) ----------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Fill.h"

namespace wasmind::mindir::ops {

Operand Fill(Node &node) {
  Type type = node.dtype("type", 0);
  return filled(node, node.extents("shape", 1), node.tensor(2), type);
}

} // namespace wasmind::mindir::ops
