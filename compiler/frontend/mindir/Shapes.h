//===- Shapes.h - slicing, splitting, padding and the like --------------------------------------------------------===//
#pragma once
#include "compiler/frontend/mindir/Operator.h"
#include "compiler/graph/Slicing.h"

namespace wasmind::mindir {

/// x under another shape; one extent of `shape` may be -1, also where the run computes it.
Operand reshapeTo(Node &node, Value x, llvm::ArrayRef<Value> shape);

/// x[..., begin:end:stride, ...] in dimension `dim`.
Value sliceAlong(Node &node, Value x, int64_t dim, const graph::ComputedSlice &slice);
/// x[..., index, ...]; the dimension vanishes.
Value takeAlong(Node &node, Value x, int64_t dim, Value index);
/// `count` elements from `start` on along `dim`, which are required to be there.
Value partAlong(Node &node, Value x, int64_t dim, AffineExpr start, AffineExpr count);

/// A tuple of the parts of x of these extents along `dim`, which are required to fill it.
Operand split(Node &node, Value x, int64_t dim, Extents extents);
/// The same with parts of one extent, the last one smaller. How many there are must be known, or is what the file
/// declares.
Operand splitBySize(Node &node, Value x, int64_t dim, AffineExpr part);

/// Mode constant (value null = 0), reflect, edge, circular, SYMMETRIC; by two amounts per dimension.
Operand padWith(Node &node, Value x, llvm::StringRef mode, llvm::ArrayRef<Value> low, llvm::ArrayRef<Value> high,
                Value value);
/// Pads input 0 by input 1: (low, high) of the last dimension, then of the one before, ...; input 2, if any, is the
/// value of mode constant.
Operand padFromLast(Node &node, llvm::StringRef mode);
/// Pads input 0 by parameter 1: one (low, high) per dimension.
Operand padByPairs(Node &node, llvm::StringRef mode);

/// Requires that constant indices lie inside dimension `dim` of x, and of others that there is something to index.
void expectIndices(Node &node, Value indices, Value x, int64_t dim);
/// Requires that x has an element, for what is moved inside it.
void expectElements(Node &node, Value x);
/// Input i, a tuple of indices of the first dimensions of x, which are broadcast to one shape, as places [shape..., how
/// many].
Value placesOf(Node &node, Value x, unsigned i);
/// Indices as i32 or i64.
Value toIndices(Node &node, Value indices);

/// The k largest or smallest elements along `dim`, and their indices in the declared type, else `index`.
Operand topAlong(Node &node, Value x, AffineExpr k, int64_t dim, bool smallest, Type index);
/// The same of a parameter k.
Operand topAlong(Node &node, Value x, Value k, int64_t dim, bool smallest, Type index);
/// The k-th smallest element along a dimension of known extent, from 1, and where it stands.
Operand orderStatistic(Node &node, Value x, int64_t k, int64_t dim, bool keepDims);

/// Input 0 with the values, input `values`, at, or added to, the places that a tuple of indices says; the values have,
/// or are broadcast to, the shape of the indices and of the dimensions that are left.
Operand indexPut(Node &node, unsigned values, unsigned indices, bool adds);

/// x with the slices of `source`, times a number, at, or added to, these places [n] of a dimension.
Operand changeSlices(Node &node, ScatterKind kind, Value x, Value index, Value source, int64_t dim, double scale);

/// x with zeros outside the triangle above or below a diagonal.
Value triangle(Node &node, Value x, int64_t diagonal, bool upper);

/// (x [N, C, spatial...], grid, interpolation_mode, padding_mode, align_corners) of `spatial` dimensions.
Operand gridSampler(Node &node, int64_t spatial);

/// The diagonal `offset` above the main one of two dimensions of x, as the last dimension.
Value diagonal(Node &node, Value x, int64_t offset, int64_t rows, int64_t columns);

/// The halves of input 0 along the dimension of parameter 1, the last one by default. Null when it has none.
std::pair<Value, Value> halves(Node &node, llvm::StringRef axis);

/// The tensors of input 0 joined along a new dimension, parameter 1; and the slices of input 0 along a dimension.
Operand stack(Node &node, llvm::StringRef axis);
Operand unstack(Node &node, llvm::StringRef axis);

/// (x, axis, descending): x sorted along the axis, and where its elements were.
Operand sort(Node &node, llvm::StringRef axis);

/// Resamples the last two dimensions of x [N, C, H, W].
Operand resize(Node &node, Value x, llvm::ArrayRef<AffineExpr> size, bool alignCorners, bool halfPixel, bool linear);
/// The same of (x, size, align_corners, half_pixel_centers), where all but x are attributes in older files.
Operand resizeImage(Node &node, bool linear);

} // namespace wasmind::mindir
