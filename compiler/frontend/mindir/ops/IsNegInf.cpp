//===- IsNegInf.cpp - IsNegInf(x): whether elements are negative infinity ---------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"
#include <limits>

namespace wasmind::mindir::ops {

Operand IsNegInf(Node &node) {
  Value x = floatInput(node);
  if (!x)
    return {};
  return node.compose.compare(CompareKind::Equal, x,
                              node.compose.scalarLike(x, -std::numeric_limits<double>::infinity()));
}

} // namespace wasmind::mindir::ops
