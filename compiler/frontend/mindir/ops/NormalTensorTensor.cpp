//===- NormalTensorTensor.cpp - NormalTensorTensor(mean, std, seed, offset) ---------------------------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand NormalTensorTensor(Node &node) { return normalAround(node, std::nullopt, 2); }

} // namespace wasmind::mindir::ops
