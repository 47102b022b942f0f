//===- Compose.h - what front ends say once: deep-learning operators as compositions of primitives ----------------===//
//
// ONNX, MindIR and expressions all use these. Functions return the result value; they emit operations at the builder's
// position and expect operands that fit (front ends check and report with the node's name first). Where an operation
// cannot be built (shapes that do not fit), MLIR's diagnostic is emitted at the builder's location and null returned;
// every function returns null when given null.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/graph/Constants.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace wasmind::graph {

class Compose : public mlir::ImplicitLocOpBuilder {
public:
  using ImplicitLocOpBuilder::ImplicitLocOpBuilder;
  using Value = mlir::Value;
  using Type = mlir::Type;
  using Extents = llvm::SmallVector<mlir::AffineExpr>;
  using Ints = llvm::ArrayRef<int64_t>;

  // --- constants; element types
  Value scalar(Type element, double value, int64_t rank = 0); ///< one element, shape [1] * rank
  Value scalarLike(Value x, double value);                    ///< one element of x's type and rank
  Value splat(llvm::ArrayRef<mlir::AffineExpr> extents, Type element, double value);
  Value extent(mlir::AffineExpr expression); ///< rank-0 i64
  Value shapeOf(Value x);                    ///< rank-1 i64
  /// A rank-0 integer that the run computes as an extent from here on: a measured dimension, whose name is made unique.
  /// The run ends with an error where it is outside the bounds. Null when given null.
  mlir::AffineExpr measure(Value scalar, llvm::StringRef name, int64_t min, int64_t max);
  /// The two halves of `measure`: a dimension that types of operations with regions may mention, and what it is, which
  /// follows them before anything reads their results.
  mlir::AffineExpr declareMeasured(llvm::StringRef name, int64_t min, int64_t max);
  void measureAs(mlir::AffineExpr dim, Value scalar);
  /// Flat row-major positions (i64) of the elements of a bool tensor that are true, in order. How many there are is
  /// measured as `name`.
  Value positionsOf(Value flags, llvm::StringRef name);
  /// x repeated along a dimension whose extent is 1 or, already, `extent`, which is taken for granted.
  Value repeatOne(Value x, int64_t dim, mlir::AffineExpr extent);
  /// Takes for granted, from here on, that `e` is zero or, without `isZero`, never negative; the run ends with `text`
  /// where it is not. False, and nothing is required, outside a module.
  bool require(mlir::AffineExpr e, bool isZero, const llvm::Twine &text);
  /// Whether two extents that meet are equal: by proof, or taken for granted where they can be.
  bool equate(mlir::AffineExpr a, mlir::AffineExpr b);
  /// x whose extent of one dimension is another expression, which equals it as `equate` says; null where it cannot.
  Value withExtent(Value x, int64_t dim, mlir::AffineExpr extent);
  /// An extent divided by a positive number: exact by proof, or taken for granted; null where it never is.
  mlir::AffineExpr quotientOf(mlir::AffineExpr extent, int64_t divisor);
  Type elementOf(Value x);
  Extents extentsOf(Value x);
  int64_t rankOf(Value x);

  // --- primitives with numpy broadcasting: operands of lower rank are reshaped first
  Value unary(UnaryKind kind, Value x);
  Value binary(BinaryKind kind, Value lhs, Value rhs);
  Value compare(CompareKind kind, Value lhs, Value rhs);
  Value select(Value condition, Value onTrue, Value onFalse);
  Value cast(Value x, Type element); ///< x itself when it has the type
  Value add(Value a, Value b) { return binary(BinaryKind::Add, a, b); }
  Value sub(Value a, Value b) { return binary(BinaryKind::Sub, a, b); }
  Value mul(Value a, Value b) { return binary(BinaryKind::Mul, a, b); }
  Value div(Value a, Value b) { return binary(BinaryKind::Div, a, b); }
  Value maximum(Value a, Value b) { return binary(BinaryKind::Max, a, b); }
  Value minimum(Value a, Value b) { return binary(BinaryKind::Min, a, b); }

  // --- movement; axes may be negative
  Value reshape(Value x, llvm::ArrayRef<mlir::AffineExpr> extents);
  Value reshape(Value x, Ints extents);
  Value transpose(Value x, Ints permutation);
  Value broadcastTo(Value x, llvm::ArrayRef<mlir::AffineExpr> extents); ///< numpy: prepends dimensions
  Value slice(Value x, llvm::ArrayRef<mlir::AffineExpr> starts, llvm::ArrayRef<mlir::AffineExpr> extents,
              Ints strides = {});
  Value sliceDim(Value x, int64_t dim, mlir::AffineExpr start, mlir::AffineExpr extent, int64_t stride = 1);
  Value concat(mlir::ValueRange inputs, int64_t dim);
  Value pad(Value x, Value value, Ints low, Ints high, Ints interior = {});
  // The same with widths that may be expressions: constants, of which negative ones crop, or never negative. What is
  // repeated must be there: reflected widths lie below the extent, the others but those of an edge do not exceed it.
  using PadWidths = llvm::ArrayRef<mlir::AffineExpr>;
  Value padConstant(Value x, Value value, PadWidths low, PadWidths high);
  Value padReflect(Value x, PadWidths low, PadWidths high);
  Value padSymmetric(Value x, PadWidths low, PadWidths high); ///< mirrored with the border, so that it stands twice
  Value padEdge(Value x, PadWidths low, PadWidths high);
  Value padWrap(Value x, PadWidths low, PadWidths high);
  /// What stands around a tensor's elements: a value; the elements mirrored without or with the border; the border; the
  /// elements from the other end.
  enum class Padding { Constant, Reflect, Symmetric, Edge, Wrap };
  /// One dimension padded, or cropped, by an amount that the run computes (rank-0 i64, `low`) to an extent: element i
  /// of the result is that at i - low, brought inside as `padding` says, or `value` (rank 0). A dimension without
  /// elements counts as one of unspecified elements.
  Value padComputed(Value x, int64_t dim, Padding padding, Value low, mlir::AffineExpr padded, Value value);
  Extents expressions(Ints values);
  Value gather(Value data, Value indices, int64_t dim, int64_t batchDims = 0);
  Value gatherElements(Value data, Value indices, int64_t dim);
  Value gatherNd(Value data, Value indices, int64_t batchDims);
  Value scatterElements(ScatterKind kind, Value data, Value indices, Value updates, int64_t dim);
  Value scatterNd(ScatterKind kind, Value data, Value indices, Value updates);
  /// Along dimension `time` the first lengths[b] elements of place b of dimension `batch` in reverse, the others as
  /// they are. Lengths [extent of `batch`] are not negative.
  Value reverseSequence(Value x, Value lengths, int64_t time, int64_t batch);
  Value unsqueeze(Value x, Ints dims); ///< dims index the result
  Value squeeze(Value x, Ints dims);
  Value flatten(Value x, int64_t dim); ///< [product of dims before, product of the rest]

  // --- reductions
  Value reduce(ReduceKind kind, Value x, Ints dims, bool keepDims);
  Value mean(Value x, Ints dims, bool keepDims);
  Value argReduce(ReduceKind kind, Value x, int64_t dim, bool keepDims, bool last = false);

  // --- activations
  Value relu(Value x);
  Value clip(Value x, Value low, Value high); ///< low or high may be null = unbounded
  Value clip(Value x, double low, double high);
  Value sigmoid(Value x) { return unary(UnaryKind::Sigmoid, x); }
  Value silu(Value x);
  Value gelu(Value x); ///< x/2 (1 + erf(x / sqrt 2))
  Value geluTanh(Value x);
  Value hardSigmoid(Value x, double alpha, double beta);
  Value hardSwish(Value x); ///< x * clip(x/6 + 1/2, 0, 1)
  Value leakyRelu(Value x, double alpha);
  Value elu(Value x, double alpha);
  Value softplus(Value x);

  // --- rows
  Value softmax(Value x, Ints dims);
  Value logSoftmax(Value x, Ints dims);
  Value logSumExp(Value x, Ints dims, bool keepDims); ///< infinite elements give infinite sums
  /// (x - mean) / sqrt(variance + epsilon) over `dims`, times scale, plus bias (null = none).
  Value layerNorm(Value x, Value scale, Value bias, Ints dims, double epsilon);
  /// Inference form over the channel dimension 1: scale, bias, mean, variance are [C].
  Value batchNorm(Value x, Value scale, Value bias, Value mean, Value variance, double epsilon, int64_t channelDim = 1);
  Value groupNorm(Value x, Value scale, Value bias, int64_t groups, double epsilon); ///< x [N, C, ...]

  // --- linear algebra
  Value matmul(Value a, Value b);                                   ///< numpy.matmul, any ranks
  Value matmul(Value a, Value b, bool transposeA, bool transposeB); ///< last two dimensions swapped first

  // --- images, channels first: x [N, C, spatial...], weights [O, C / groups, spatial...], bias [O] or null.
  struct Window {
    llvm::SmallVector<int64_t> strides, padLow, padHigh, dilations; // one per spatial dimension
    /// Where pads depend on run-time extents: the pads before the input and the result's extents, instead of `padLow`
    /// and `padHigh`. Both empty otherwise.
    Extents lowAt = {}, extents = {};
  };
  Value convolve(Value x, Value weights, Value bias, const Window &window, int64_t groups);
  /// weights [C, O / groups, spatial...]
  Value convolveTranspose(Value x, Value weights, Value bias, const Window &window, int64_t groups,
                          Ints outputPadding = {});
  Value maxPool(Value x, Ints kernel, const Window &window);
  Value sumPool(Value x, Ints kernel, const Window &window);
  /// `roundsUp`: as `roundUp` says; what hangs over the padding then never counts.
  Value averagePool(Value x, Ints kernel, const Window &window, bool countPadding, bool roundsUp = false);
  /// Pads for which the result has ceil(input / stride) elements along each spatial dimension; an odd total puts the
  /// larger half at the end, or at the start.
  static void samePads(llvm::ArrayRef<mlir::AffineExpr> input, Ints kernel, Window &window, bool extraAtStart);
  /// Widens the pads at the end so that the number of outputs is rounded up (ceil_mode); a last window that would begin
  /// in them is left out.
  static void roundUp(llvm::ArrayRef<mlir::AffineExpr> input, Ints kernel, Window &window);
  Value globalAveragePool(Value x); ///< keeps dims
  /// The inverse of taking patches: element (tap, patch) of x, whose elements are those of [leading..., taps, patches],
  /// is added to the pixel of the image that it was taken from: [leading..., image...]. Taps times patches, and pixels,
  /// are at most 2^30.
  Value foldPatches(Value x, llvm::ArrayRef<mlir::AffineExpr> leading, Ints image, Ints kernel, const Window &window);
  /// Resampling of dimension `dim` of x by index arithmetic folded at compile time: source(i) is the source coordinate
  /// of output index i.
  Value resizeNearest(Value x, int64_t dim, int64_t extent, llvm::function_ref<int64_t(int64_t)> source);
  /// Between which elements of one dimension a linear resampling interpolates, and what they weigh.
  struct Neighbours {
    int64_t dim;
    Value indices[2]; ///< integers [extent]; null: every element itself
    Value weights[2]; ///< [.., extent, ..] of x's element type and rank, 1 elsewhere
  };
  /// The same at compile time from source coordinates; an element at or behind the last one is half of that twice.
  std::optional<Neighbours> linearNeighbours(Value x, int64_t dim, int64_t extent,
                                             llvm::function_ref<double(int64_t)> source);
  /// Linear along some dimensions at once: each corner times the product of its weights. The last dimension is the
  /// first of every product and of the sum, as in ONNX Runtime: a quantiser that follows makes steps of the last bit.
  Value resizeLinear(Value x, llvm::ArrayRef<Neighbours> along);
  /// x [N, C, spatial...] at grid [N, result..., spatial count], whose last dimension holds coordinates in -1..1, from
  /// the last to the first spatial dimension; gives [N, C, result...]. Mode linear, nearest or, of images, cubic; what
  /// lies outside is zeros, border or reflection. Images have elements.
  Value gridSample(Value x, Value grid, llvm::StringRef mode, llvm::StringRef padding, bool alignsCorners);
  /// theta [N, S, S + 1] times the homogeneous coordinates (x, y, 1), of which each goes from -1 to 1 along its
  /// dimension, of S spatial extents: [N, spatial..., S].
  Value affineGrid(Value theta, llvm::ArrayRef<mlir::AffineExpr> spatial, bool alignsCorners);

  // --- the same, channels last, with attributes and the result's extents as expressions over the named dimensions:
  //     one per spatial dimension (convolve), one per dimension (window)
  struct WindowAttributes {
    Extents strides, padLow, dilations, extents;
  };
  Value convolve(Value x, Value weights, const WindowAttributes &attributes, mlir::AffineExpr groups);
  Value window(ReduceKind kind, Value x, llvm::ArrayRef<mlir::AffineExpr> sizes, const WindowAttributes &attributes);

  // --- recurrent: x [T, B, I]; W [4H, I], R [4H, H] gate order i, o, f, c (ONNX); bias [4H] or null (input + recurrent
  //     summed); h0, c0 [B, H]. Results: y [T, B, H], h [B, H], c [B, H].
  struct LstmResult {
    Value y, h, c;
  };
  LstmResult lstm(Value x, Value w, Value r, Value bias, Value h0, Value c0, bool reverse);

private:
  /// Gives the values one rank by prepending extents of 1; empty when one of them is null.
  llvm::SmallVector<Value> broadcastRanks(mlir::ValueRange values);
  /// Values of one rank with one expression per extent, taken for equal where they may differ, but in `except`.
  /// `repeatsOnes`: an extent of 1 stays, and one that may be 1 at run time is repeated then.
  llvm::SmallVector<Value> unify(mlir::ValueRange values, bool repeatsOnes, int64_t except = -1);
  /// dim, or rank + dim when negative; emits an error and gives none when it is outside.
  std::optional<int64_t> normalDim(int64_t dim, int64_t rank);
  std::optional<llvm::SmallVector<int64_t>> normalDims(Ints dims, int64_t rank);
  /// The tensor type, or an error and null when an extent is negative.
  mlir::RankedTensorType typeOf(llvm::ArrayRef<mlir::AffineExpr> extents, Type element);
  /// Indices (i64) along one dimension with negative ones counted from the end.
  Value wrapIndices(Value indices, mlir::AffineExpr extent);
  /// Linear positions in the first dimensions of `extents`, from indices [..., k].
  Value linearIndices(Value indices, llvm::ArrayRef<mlir::AffineExpr> extents);
  /// Linear positions in all of `data` for indices along `dim` and the position of each index elsewhere.
  Value elementPositions(Value data, Value indices, int64_t dim);
  Value padByCopies(Value x, PadWidths low, PadWidths high,
                    llvm::function_ref<Value(Value, int64_t dim, mlir::AffineExpr count, bool atStart)> border);
  /// graph.window over an image [N, spatial..., C].
  Value slideOver(ReduceKind kind, Value image, Ints kernel, const Window &window);
  Value channelsLast(Value x);
  Value channelsFirst(Value x);

  /// Creates a one-result operation whose type is inferred; emits the diagnostic and gives null where it does not fit.
  template <typename Op, typename... Args> Value make(Args &&...args) {
    mlir::OperationState state(getLoc(), Op::getOperationName());
    llvm::SmallVector<Type, 1> types{getI64Type()};
    Op::build(*this, state, mlir::TypeRange(types), std::forward<Args>(args)...);
    types.clear();
    if (llvm::is_contained(state.operands, Value()))
      return nullptr;
    if (failed(Op::inferReturnTypes(getContext(), getLoc(), state.operands,
                                    state.attributes.getDictionary(getContext()), state.getRawProperties(),
                                    state.regions, types)))
      return nullptr;
    state.types.assign(types.begin(), types.end());
    return checked(mlir::OpBuilder::create(state));
  }
  /// The same for an operation whose type is given.
  template <typename Op, typename... Args> Value makeAs(Type type, Args &&...args) {
    mlir::OperationState state(getLoc(), Op::getOperationName());
    Op::build(*this, state, mlir::TypeRange(type), std::forward<Args>(args)...);
    if (llvm::is_contained(state.operands, Value()))
      return nullptr;
    return checked(mlir::OpBuilder::create(state));
  }
  Value checked(mlir::Operation *op) {
    if (succeeded(op->getName().verifyInvariants(op)))
      return op->getResult(0);
    if (!getListener()) // a rewrite driver keeps its own list of what was made, and erases the unused itself
      op->erase();
    return nullptr;
  }
};

} // namespace wasmind::graph
