//===- AvgPool1D.cpp - AvgPool1D(x, kernel_size, stride, padding, ceil_mode, count_include_pad) ------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand AvgPool1D(Node &node) { return averagePool(node, 1); }

} // namespace wasmind::mindir::ops
