//===- Fill.h - tensors of one number -----------------------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir {

/// (shape, dtype): in the declared type without a dtype.
Operand fill(Node &node, double value);
/// (x, shape, dtype): in the type of x without a dtype.
Operand fillNew(Node &node, double value);
/// (x, dtype): the shape of x, and its type without a dtype.
Operand fillLike(Node &node, double value);

} // namespace wasmind::mindir
