//===- Matrices.h - linear systems --------------------------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir {

/// x of a x = b by Gauss and Jordan's elimination with partial pivoting, one column an iteration, and the determinants
/// of a: a [..., N, N], b [..., N, M], floats, with the same extents in front. Of a singular matrix, infinities or NaN.
struct Solution {
  Value x, determinant; ///< [..., N, M], [...]
};
Solution solve(Node &node, Value a, Value b);

/// x of a x = b where a is one triangle of the matrices given, whose diagonal is one where `isUnit`, or its transpose.
/// b may also be a vector [..., N] for each.
Value solveTriangular(Node &node, Value a, Value b, bool isLower, bool isTransposed, bool isUnit);
/// The last two dimensions exchanged.
Value transposed(Node &node, Value x);

/// The identity, of x [..., N, N].
Value identityLike(Node &node, Value x);
/// Fails unless x is [..., N, N], floats, of at least one row; gives x with its last extents as one.
Value squareMatrices(Node &node, Value x);

} // namespace wasmind::mindir
