//===- Images.h - what a convolution reads and writes -------------------------------------------------------------===//
#pragma once
#include "compiler/loops/Kernel.h"

namespace wasmind::loops {

/// One spatial dimension of a convolution.
struct SpatialDim {
  mlir::AffineExpr in, out, kernel, stride, pad, dilation;

  /// Elements beyond the input's end that the last window covers; negative where elements are left over.
  mlir::AffineExpr padHigh() const {
    return graph::normalise((out - 1) * stride + (kernel - 1) * dilation + 1 - pad - in);
  }
};

/// How the pixels of an image lie in memory: channel c of pixel number i at `first` + i * `pitch` + c.
struct Pixels {
  mlir::AffineExpr pitch, first;
};

/// Of a tensor [N, spatial..., C] whose elements lie at `flat`, if they lie so.
std::optional<Pixels> pixelsAt(mlir::AffineExpr flat, llvm::ArrayRef<mlir::AffineExpr> extents);

/// A convolution of images [N, H, W, C]; one spatial dimension is two with an extent of 1.
struct Images {
  mlir::AffineExpr count;
  SpatialDim rows, columns;
  mlir::AffineExpr channels, perGroup; ///< of the input
  bool isGrouped;
  mlir::Value memory; ///< the tensor that is read
  Pixels pixels;      ///< in it

  /// Of a convolution's group that goes forward over one or two spatial dimensions; none of others, and where the
  /// images that it reads do not lie as pixels.
  static std::optional<Images> of(const Group &group);

  /// Whether the images are the matrix as they are, rows being pixels: a value for what only run time tells, or a
  /// constant.
  struct Plainness {
    bool always, never;
    mlir::Value value;
  };
  Plainness isPlain(Emitter &emitter) const;
};

} // namespace wasmind::loops
