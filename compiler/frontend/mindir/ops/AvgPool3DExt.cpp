//===- AvgPool3DExt.cpp -----------------------------------------------------------------------------------------===//
//
// AvgPool3DExt(x, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand AvgPool3DExt(Node &node) { return averagePool(node, 3); }

} // namespace wasmind::mindir::ops
