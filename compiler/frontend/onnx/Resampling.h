//===- Resampling.h - Resize and Upsample -------------------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/onnx/Operator.h"

namespace wasmind::onnx {

/// How one dimension is resampled; see operator Resize of the ONNX specification.
struct Resampling {
  std::string mode = "nearest";           ///< nearest, linear, cubic
  std::string coordinates = "asymmetric"; ///< coordinate_transformation_mode
  std::string nearest = "floor";          ///< nearest_mode
  float cubicCoefficient = -0.75f;
  bool excludeOutside = false, antialias = false;
  double extrapolation = 0; ///< outside values, for tf_crop_and_resize

  bool crops() const { return coordinates == "tf_crop_and_resize"; }
  bool isValid(Node &node) const;
};

/// A scale, or where a region of interest begins or ends.
struct Amount {
  std::optional<float> known;
  Value computed; ///< else f32 of rank 0
  bool is(float value) const { return known && *known == value; }
};

/// The elements of a float input; none where their number is not known.
std::optional<llvm::SmallVector<Amount>> amountsOf(Node &node, unsigned i, llvm::StringRef what);

/// Up to which extent dimension `dim` of x is usually resized: images stay as many, and channels.
std::optional<int64_t> usualExtent(Node &node, Value x, int64_t dim);

/// The extent of dimension `dim` of x times `scale`, rounded down or, with `rounds`, to the nearest.
std::optional<AffineExpr> scaledExtent(Node &node, Value x, int64_t dim, const Amount &scale, bool rounds = false);

/// To how many elements one dimension is resampled. `scale` is the quotient of the extents where it is none.
struct ResampledDim {
  int64_t dim;
  AffineExpr out;
  std::optional<Amount> scale;
  Amount roiStart{0.0f, {}}, roiEnd{1.0f, {}};
};

/// Resamples some dimensions of x, in ascending order. Indices and weights are constants where all is known while
/// compiling, else the run computes them.
Value resample(Node &node, const Resampling &how, Value x, llvm::ArrayRef<ResampledDim> dims);

/// What the run computes along one dimension.
/// Modes nearest and cubic, and linear with antialiasing: all of it, in one dimension.
Value resampleByValues(Node &node, const Resampling &how, Value x, const ResampledDim &to);
/// Mode linear: the elements and what they weigh.
std::optional<Compose::Neighbours> neighboursByValues(Node &node, const Resampling &how, Value x,
                                                      const ResampledDim &to);
/// Which elements lie inside, [.., out, ..] of x's rank.
Value insideByValues(Node &node, const Resampling &how, Value x, const ResampledDim &to);

} // namespace wasmind::onnx
