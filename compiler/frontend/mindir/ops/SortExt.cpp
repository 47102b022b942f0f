//===- SortExt.cpp - SortExt(x, dim, descending, stable): values and int64 indices --------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand SortExt(Node &node) { return sort(node, "dim"); }

} // namespace wasmind::mindir::ops
