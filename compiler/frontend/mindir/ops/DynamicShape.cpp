//===- DynamicShape.cpp - DynamicShape(x): its extents as a tensor -----------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand DynamicShape(Node &node) { return ops::TensorShape(node); }

} // namespace wasmind::mindir::ops
