//===- Fill.h - tensors of one number -----------------------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir {

/// (shape, dtype): in the declared type without a dtype.
Operand fill(Node &node, double value);
/// (x, shape, dtype): in the type of x without a dtype.
Operand fillNew(Node &node, double value);
/// (x, dtype): the shape of x, and its type without a dtype.
Operand fillLike(Node &node, double value);

/// A tensor of one number: the one element of `value`, in its own type without another.
Operand filled(Node &node, const Extents &shape, Value value, Type type);

/// The one element of x as rank 0; fails where x has several.
Value oneElement(Node &node, Value x, llvm::StringRef what);
/// `count` numbers from `start` to `end`; one is the start.
Value evenlySpaced(Node &node, Value start, Value end, AffineExpr count, Type type);
/// Attributes row, col, offset: the places of a triangle of a matrix above or below a diagonal, [2, n], in order.
Operand triangleIndices(Node &node, bool upper);
/// (length), attributes periodic, dtype: a window of signal processing.
enum class Window { Bartlett, Blackman, Hamming };
Operand window(Node &node, Window kind);

} // namespace wasmind::mindir
