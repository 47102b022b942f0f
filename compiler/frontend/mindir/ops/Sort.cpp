//===- Sort.cpp - Sort(x), attributes axis, descending: values and int32 indices ----------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand Sort(Node &node) { return sort(node, "axis"); }

} // namespace wasmind::mindir::ops
