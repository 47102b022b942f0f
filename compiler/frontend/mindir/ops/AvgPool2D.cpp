//===- AvgPool2D.cpp ----------------------------------------------------------------------------------------------===//
//
// AvgPool2D(x, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand AvgPool2D(Node &node) { return averagePool(node, 2); }

} // namespace wasmind::mindir::ops
