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

/// A convolution of images [N, H, W, C]; one spatial dimension is two with an extent of 1.
struct Images {
  mlir::AffineExpr count;
  SpatialDim rows, columns;
  mlir::AffineExpr channels, perGroup; ///< of the input
  bool isGrouped;

  static Images of(graph::ConvolveOp convolve);

  /// Whether the images are the matrix as they are, rows being pixels: a value for what only run time tells, or a
  /// constant.
  struct Plainness {
    bool always, never;
    mlir::Value value;
  };
  Plainness isPlain(Emitter &emitter) const;
};

/// Whether `lowerDepthwise` has a kernel for a convolution of f32 that gives each channel an output of its own.
bool isDepthwiseTiled(const Images &images);
mlir::LogicalResult lowerDepthwise(KernelContext &context, const Images &images);

} // namespace wasmind::loops
