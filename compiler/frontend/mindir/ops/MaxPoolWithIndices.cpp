//===- MaxPoolWithIndices.cpp -------------------------------------------------------------------------------------===//
//
// MaxPoolWithIndices(x, kernel_size, stride, padding, dilation, ceil_mode, type): values alone
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand MaxPoolWithIndices(Node &node) { return ops::MaxPoolWithMask(node); }

} // namespace wasmind::mindir::ops
