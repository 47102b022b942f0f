//===- Shapes.h - slicing, splitting, padding and the like --------------------------------------------------------===//
#pragma once
#include "compiler/frontend/mindir/Operator.h"
#include "compiler/graph/Slicing.h"

namespace wasmind::mindir {

/// x under another shape; one extent of `shape` may be the constant -1.
Operand reshapeTo(Node &node, Value x, Extents shape);

/// x[..., begin:end:stride, ...] in dimension `dim`.
Value sliceAlong(Node &node, Value x, int64_t dim, const graph::AxisSlice &slice);
/// x[..., index, ...]; the dimension vanishes.
Value takeAlong(Node &node, Value x, int64_t dim, AffineExpr index);
/// Fails unless `count` elements from `start` on lie inside the extent of dimension `dim`.
void expectInside(Node &node, int64_t dim, AffineExpr start, AffineExpr count, AffineExpr extent);

/// A tuple of the parts of x of these extents along `dim`.
Operand split(Node &node, Value x, int64_t dim, llvm::ArrayRef<int64_t> extents);
/// The same with parts of one extent, the last one smaller.
Operand splitBySize(Node &node, Value x, int64_t dim, int64_t extent, int64_t part);

/// Mode constant (value null = 0), reflect, edge, circular.
Operand padWith(Node &node, Value x, llvm::StringRef mode, llvm::ArrayRef<int64_t> low, llvm::ArrayRef<int64_t> high,
                Value value);

/// Pads input 0 by input 1: (low, high) of the last dimension, then of the one before, ...; input 2, if any, is the
/// value of mode constant.
Operand padFromLast(Node &node, llvm::StringRef mode);

/// Fails when the indices are constant and one of them lies outside dimension `dim` of x.
void expectIndices(Node &node, Value indices, Value x, int64_t dim);
/// Indices as i32 or i64.
Value toIndices(Node &node, Value indices);

/// The k largest or smallest elements along `dim`, and their indices in the declared type.
Operand topAlong(Node &node, Value x, int64_t k, int64_t dim, bool smallest);

/// x with zeros outside the triangle above or below a diagonal.
Value triangle(Node &node, Value x, int64_t diagonal, bool upper);

/// The halves of input 0 along the dimension of parameter 1, the last one by default. Null when it has none.
std::pair<Value, Value> halves(Node &node, llvm::StringRef axis);

/// The tensors of input 0 joined along a new dimension, parameter 1; and the slices of input 0 along a dimension.
Operand stack(Node &node, llvm::StringRef axis);
Operand unstack(Node &node, llvm::StringRef axis);

/// (x, axis, descending): x sorted along the axis, and where its elements were.
Operand sort(Node &node, llvm::StringRef axis);

/// f(x, y) of two integers that may be run-time extents.
Operand scalars(Node &node, llvm::function_ref<AffineExpr(AffineExpr, AffineExpr)> combine);

/// Resamples the last two dimensions of x [N, C, H, W].
Operand resize(Node &node, Value x, llvm::ArrayRef<int64_t> size, bool alignCorners, bool halfPixel, bool linear);
/// The same of (x, size, align_corners, half_pixel_centers), where all but x are attributes in older files.
Operand resizeImage(Node &node, bool linear);

} // namespace wasmind::mindir
