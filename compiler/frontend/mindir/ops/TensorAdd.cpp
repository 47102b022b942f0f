//===- TensorAdd.cpp - TensorAdd(x, y): the older name of Add ----------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand TensorAdd(Node &node) { return ops::Add(node); }

} // namespace wasmind::mindir::ops
