//===- FuncMaxPool2D.cpp ------------------------------------------------------------------------------------------===//
//
// FuncMaxPool2D(x, kernel_size, stride, padding, dilation, ceil_mode, return_indices): (the largest elements, and
// where)
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

// Input 6 says whether the places are asked for; the result is a pair in any case.
Operand FuncMaxPool2D(Node &node) { return MaxPoolWithIndices(node); }

} // namespace wasmind::mindir::ops
