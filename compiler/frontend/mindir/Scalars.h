//===- Scalars.h - Python's numbers, which may be run-time extents or tensors of rank 0 ---------------------------===//
#pragma once
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir {

/// f(x, y) as Python has it: numbers of numbers, extents of extents where they can be, else a tensor of rank 0 (i64, or
/// f64 where a float takes part).
Operand scalarArithmetic(Node &node, BinaryKind kind);
/// A bool where the bounds of extents decide it, else a tensor of rank 0.
Operand scalarComparison(Node &node, CompareKind kind);
/// Whether two tuples of numbers are equal.
Operand sequencesAreEqual(Node &node);
/// Of kind Neg or Log.
Operand scalarFunction(Node &node, UnaryKind kind);
/// Input 0 is, or is not, the value.
Operand scalarIs(Node &node, int64_t value);
Operand scalarIsNot(Node &node, int64_t value);
/// Input 0 in the dtype of input 1.
Operand scalarCast(Node &node);

} // namespace wasmind::mindir
