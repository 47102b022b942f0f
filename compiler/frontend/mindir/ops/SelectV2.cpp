//===- SelectV2.cpp - SelectV2(condition, x, y), broadcast --------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand SelectV2(Node &node) { return ops::Select(node); }

} // namespace wasmind::mindir::ops
