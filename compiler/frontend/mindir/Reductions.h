//===- Reductions.h - what the reductions share -------------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir {

struct Reduction {
  Value x;
  Integers dims; ///< from 0, ascending
  bool keepDims = false;
};

/// (x, axis, keep_dims): no axes, or None, means all. x is made `element` first, when given.
Reduction reductionOf(Node &node, Type element = {}, unsigned keepDimsAt = 2);
/// (x, dim, keepdim, dtype) of the mint interface: x is made the dtype, or the declared result's; or `element`.
Reduction extReductionOf(Node &node, Type element = {});

Operand reduce(Node &node, ReduceKind kind, const Reduction &reduction);
Operand mean(Node &node, const Reduction &reduction);
/// Variance, or its square root, with the sum of squares divided by the count less `correction`.
Value deviation(Node &node, const Reduction &reduction, int64_t correction, bool squareRoot);

} // namespace wasmind::mindir
