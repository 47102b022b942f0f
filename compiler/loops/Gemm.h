//===- Gemm.h - blocked matrix products with packed panels and an epilogue on the accumulators --------------------===//
//
//   for each batch:
//     pack B into panels [n / columns][k][columns]        (weights: at compile time)
//     for each block of rows of A that fits the L2 cache:
//       pack the block into panels [m / rows][k][rows]     (convolution: im2col of the block)
//       for each panel of B:  micro-kernel over the panels of the block
//
// Few rows are vectors that are multiplied with B where it lies (gemv): packing it would cost more than it saves.
//
// Each step is a function of its own, so that V8 optimises it after a few calls (it cannot replace a running frame).
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/loops/Kernel.h"
#include "compiler/loops/Tiles.h"

namespace wasmind::loops {

/// Whether panels can hold the elements of both operands: f32, or integers of up to 16 bits (not u16).
bool hasPanels(mlir::Operation *anchor);

/// Whether both operands, through the views that are members of the group, lie in memory as (batch, x, k).
bool readsMatrices(const Group &group, graph::ContractOp contract);

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
  std::optional<MatrixSource> a;             ///< x = m; none where `packA` makes the rows up
  /// Emits, into the driver, the packing of rows [m0, m0 + count) (beyond m: any finite or infinite values) to
  /// `target`; `count` is a multiple of the tile's rows. `panelStride` = elements of one panel.
  std::function<void(llvm::ArrayRef<mlir::AffineExpr> batch, mlir::Value m0, mlir::Value count, mlir::Value target)>
      packA;
  /// Indices of the anchor's result.
  std::function<Indices(llvm::ArrayRef<mlir::AffineExpr> batch, mlir::AffineExpr m, mlir::AffineExpr n)> resultIndices;
  Tile tile;

  /// Of i8, u8 and i16, with sums of i32; else of f32.
  bool isOfPairs() const { return !elementOf(anchor->getOperand(0)).isF32(); }
  /// Steps of a panel: elements along k, or pairs of them, rounded up to the tile's unrolling.
  mlir::AffineExpr steps() const {
    return graph::normalise((isOfPairs() ? k.ceilDiv(2) : k).ceilDiv(tile.unroll) * tile.unroll);
  }
};

/// The address a number of bytes after another one.
mlir::Value bump(Emitter &emitter, mlir::Value pointer, int64_t bytes);
mlir::Value bump(Emitter &emitter, mlir::Value pointer, mlir::Value bytes);

/// Lanes of f32: a x b + sum. Of i32: the products of both 16-bit halves of a and b, added to sum.
mlir::Value multiplyAdd(Emitter &emitter, mlir::Value a, mlir::Value b, mlir::Value sum);

/// Sets the indices of the dimensions `dims` of a tensor to one index `merged` over them all: the innermost one that
/// has more than one element takes it, the others are 0.
void placeMerged(Indices &indices, llvm::ArrayRef<mlir::AffineExpr> extents, llvm::ArrayRef<int64_t> dims,
                 mlir::AffineExpr merged);

/// Emits the driver's body and the functions it calls.
void emitGemm(KernelContext &context, const Gemm &gemm);

} // namespace wasmind::loops
