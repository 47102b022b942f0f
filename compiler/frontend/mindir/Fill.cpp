#include "compiler/frontend/mindir/Fill.h"

namespace wasmind::mindir {

Operand fill(Node &node, double value) {
  Extents shape = node.extents("shape", 0);
  Type type = node.dtype("dtype", 1);
  if (!type)
    type = node.declaredElement() ? node.declaredElement() : node.compose.getF32Type();
  return node.failed() ? Value() : node.compose.splat(shape, type, value);
}

Operand fillNew(Node &node, double value) {
  Value x = node.tensor(0);
  Extents shape = node.extents("size", 1);
  Type type = node.dtype("dtype", 2);
  return node.failed() ? Value() : node.compose.splat(shape, type ? type : node.element(x), value);
}

Operand fillLike(Node &node, double value) {
  Value x = node.tensor(0);
  Type type = node.dtype("dtype", 1);
  return node.failed() ? Value() : node.compose.splat(node.compose.extentsOf(x), type ? type : node.element(x), value);
}

} // namespace wasmind::mindir
