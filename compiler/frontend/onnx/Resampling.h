//===- Resampling.h - Resize and Upsample -------------------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/onnx/Operator.h"

namespace wasmind::onnx {

/// How one dimension is resampled; see operator Resize of the ONNX specification.
struct Resampling {
  std::string mode = "nearest";           ///< nearest, linear, cubic
  std::string coordinates = "asymmetric"; ///< coordinate_transformation_mode
  std::string nearest = "floor";          ///< nearest_mode
  double cubicCoefficient = -0.75;
  bool excludeOutside = false, antialias = false;
  double extrapolation = 0; ///< outside values, for tf_crop_and_resize

  /// Source coordinate of output element i, for input and output extents, the scale, and the region of interest.
  double source(int64_t i, double in, double out, double scale, double roiStart, double roiEnd) const;
  /// The element nearest to a coordinate.
  int64_t round(double coordinate) const;
  bool isValid(Node &node) const;
};

/// Resamples dimension `dim` of x to `out` elements. A run-time extent takes integer factors in mode nearest only.
Value resample(Node &node, const Resampling &how, Value x, int64_t dim, AffineExpr out, std::optional<double> scale,
               double roiStart = 0, double roiEnd = 1);

} // namespace wasmind::onnx
