//===- Histograms.h - how many elements are of each kind ----------------------------------------------------------===//
#pragma once
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir {

/// [count] of an element type: how many of these integers, or what sum of their weights (null: 1 each), each of
/// 0 .. count - 1 has; others are left out.
Operand countBins(Node &node, Value places, Value weights, AffineExpr count, Type type);

/// The same of input 0 over bins of one width from `low` to `high`, which are the least and the largest element where
/// they are equal. What is outside is left out; the last bin has its end.
Operand histogram(Node &node, int64_t bins, double low, double high);

} // namespace wasmind::mindir
