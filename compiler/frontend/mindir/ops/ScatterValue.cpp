//===- ScatterValue.cpp - ScatterValue(x, dim, index, value, reduce): Scatter of one number ---------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand ScatterValue(Node &node) { return ops::Scatter(node); }

} // namespace wasmind::mindir::ops
