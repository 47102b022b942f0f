//===- FillScalar.cpp - FillScalar(shape: tuple, value, dtype) ----------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand FillScalar(Node &node) { return ops::FillV2(node); }

} // namespace wasmind::mindir::ops
