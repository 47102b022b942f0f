//===- IndexAddExt.cpp ------------------------------------------------------------------------------------------===//
//
// IndexAddExt(x, dim, index, source, alpha): x plus alpha times the source at these places of a dimension
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand IndexAddExt(Node &node) {
  const int64_t dim = node.integer("dim", 1);
  const double scale = node.number("alpha", 4, 1);
  return changeSlices(node, ScatterKind::Add, node.tensor(0), node.tensor(2), node.tensor(3), dim, scale);
}

} // namespace wasmind::mindir::ops
