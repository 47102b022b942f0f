//===- Packing.h - operands of matrix products in panels ----------------------------------------------------------===//
//
// A panel holds `width` rows of A (or columns of B) as [steps][width] words of 4 bytes: step after step what the
// micro-kernel multiplies. A word is one f32; of i8, u8 and i16 two neighbours along k as i16, which are multiplied
// and added by one instruction (i32x4.dot_i16x8_s).
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/loops/Gemm.h"

namespace wasmind::loops {

/// How a module holds a constant that the first run packs: its elements; of f32 that are all numbers of f16, or of
/// bf16, these; of i16 that lie within 255 of each other, u8 to which the run adds `offset`.
struct Stored {
  mlir::ElementsAttr elements;
  bool hasOffset = false;
  int64_t offset = 0;

  mlir::Type element() const { return elements.getElementType(); }
};
Stored storedAs(mlir::Value constant);

/// A function (m0, count, target, batch..., pointer) that packs rows of `source` for panels of `width`; returns its
/// name. `extent` bounds x; panels are filled with zeros from `k` elements up to `steps` words. Where the source is
/// `stored` with an offset, that is one more argument (i32).
std::string emitPackFunction(KernelContext &context, const MatrixSource &source, mlir::AffineExpr extent,
                             mlir::AffineExpr k, mlir::AffineExpr steps, int64_t width, unsigned batchRank,
                             const Stored &stored = {});

/// The constant matrix B in panels, all batches one after another.
std::vector<char> packConstant(const Gemm &gemm, llvm::ArrayRef<int64_t> batchExtents, int64_t n, int64_t k,
                               int64_t steps);

/// How integers lie in memory that are taken as i16: as i8, u8 or i16, to which `offset` (i16) is added where there is
/// one.
struct Shorts {
  mlir::Type element;
  mlir::Value offset;
};
/// `count` neighbours in memory as i16, a vector where they are several.
mlir::Value loadShorts(Emitter &emitter, const Shorts &shorts, mlir::Value from, int64_t count);
/// One f32, or a vector of `count`, that lie in memory as such or as halves (`element`).
mlir::Value loadFloats(Emitter &emitter, mlir::Type element, mlir::Value from, int64_t count);
/// Copies `count` pairs of elements from `source` to every `stride`-th word of `target`; returns
/// the next target.
mlir::Value emitScatterPairs(Emitter &emitter, const Shorts &shorts, mlir::Value source, mlir::Value target,
                             mlir::Value count, int64_t stride);
/// Copies `count` f32 from `source` to every `stride`-th f32 of `target`; returns the next target.
mlir::Value emitScatterRun(Emitter &emitter, mlir::Value source, mlir::Value target, mlir::Value count, int64_t stride);
/// Four rows of four elements as four columns.
llvm::SmallVector<mlir::Value, 4> emitTranspose(Emitter &emitter, llvm::ArrayRef<mlir::Value> rows);
/// Writes vectors of four elements of rows, four or more, as [4][rows].
void emitStoreTransposed(Emitter &emitter, llvm::ArrayRef<mlir::Value> rows, mlir::Value target);
/// Copies `count` f32 from each of four rows or more to a panel as wide: [count][rows]; returns the next target.
mlir::Value emitTransposeRuns(Emitter &emitter, llvm::ArrayRef<mlir::Value> rows, mlir::Value target,
                              mlir::Value count);
/// Writes `count` zeros to every `stride`-th f32 of `target`; returns the next target.
mlir::Value emitZeroRun(Emitter &emitter, mlir::Value target, mlir::Value count, int64_t stride);

} // namespace wasmind::loops
