//===- Gemm.h - blocked matrix products with packed panels and an epilogue on the accumulators --------------------===//
//
//   for each batch:
//     pack B into panels [n / columns][k][columns]        (weights: at compile time)
//     for each block of rows of A that fits the L2 cache:
//       pack the block into panels [m / rows][k][rows]     (convolution: im2col of the block)
//       for each panel of B, for each panel of the block:  micro-kernel
//
// Each step is a function of its own, so that V8 optimises it after a few calls (it cannot replace a running frame).
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/loops/Kernel.h"
#include "compiler/loops/Tiles.h"

namespace wasmind::loops {

/// A matrix operand in memory: element (batch..., x, k) lies at `flat`, in d0 ... for the batch, then x, then k.
struct MatrixSource {
  mlir::Value tensor;
  mlir::AffineExpr flat;
};

struct Gemm {
  mlir::Operation *anchor = nullptr;
  llvm::SmallVector<mlir::AffineExpr> batch; ///< extents of the batch loops
  mlir::AffineExpr m, n, k;                  ///< extents
  MatrixSource b;                            ///< x = n
  /// Emits, into the driver, the packing of rows [m0, m0 + count) (beyond m: any finite or infinite values) to
  /// `target`; `count` is a multiple of the tile's rows. `panelStride` = elements of one panel.
  std::function<void(llvm::ArrayRef<mlir::AffineExpr> batch, mlir::Value m0, mlir::Value count, mlir::Value target)>
      packA;
  /// Indices of the anchor's result.
  std::function<Indices(llvm::ArrayRef<mlir::AffineExpr> batch, mlir::AffineExpr m, mlir::AffineExpr n)> resultIndices;
  Tile tile;
  /// Steps of k in a panel: k rounded up to the tile's unrolling.
  mlir::AffineExpr paddedK() const { return graph::normalise(k.ceilDiv(tile.unroll) * tile.unroll); }
};

/// Emits the driver's body and the functions it calls.
mlir::LogicalResult emitGemm(KernelContext &context, const Gemm &gemm);

/// A function (m0, count, target, batch..., pointer) that packs rows of `source` for panels of `width`; returns its
/// name. `extent` bounds x; `k` is the number of steps, padded with zeros to `paddedK`.
std::string emitPackFunction(KernelContext &context, const MatrixSource &source, mlir::AffineExpr extent,
                             mlir::AffineExpr k, mlir::AffineExpr paddedK, int64_t width, unsigned batchRank);

/// Copies `count` f32 from `source` to every `stride`-th f32 of `target`; returns the next target.
mlir::Value emitScatterRun(Emitter &emitter, mlir::Value source, mlir::Value target, mlir::Value count, int64_t stride);
/// Writes `count` zeros to every `stride`-th f32 of `target`; returns the next target.
mlir::Value emitZeroRun(Emitter &emitter, mlir::Value target, mlir::Value count, int64_t stride);

} // namespace wasmind::loops
