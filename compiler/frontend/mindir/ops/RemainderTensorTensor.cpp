//===- RemainderTensorTensor.cpp - RemainderTensorTensor(x, y), broadcast -----------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand RemainderTensorTensor(Node &node) { return binary(node, BinaryKind::FloorMod); }

} // namespace wasmind::mindir::ops
