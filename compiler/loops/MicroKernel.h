//===- MicroKernel.h - a tile of a matrix product, and the epilogue on it -----------------------------------------===//
//
//   packed   rows x columns sums in registers, from panels of A and B (Tiles.h)
//   columns  one row of A times columns of B, where both lie in memory: an element of A times neighbours in B
//   dots     one row of A times rows of B^T, where both lie in memory: neighbours of A times neighbours of B
//
// The last two read each element of B once: for so few rows that packing B would cost more than it saves.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/loops/Gemm.h"

namespace wasmind::loops {

enum class MicroKernelForm { Packed, Columns, Dots };

/// The tile of a form; of Packed that of the product.
Tile tileOf(MicroKernelForm form, const Gemm &gemm);

/// Emits the function (kIterations, a, aStep, b, m0, mEnd, n0, batch..., scratch, pointers...), which stores rows [m0,
/// mEnd) and the columns from n0 on of the group's root, as far as they exist; returns its name. Packed: `a` and `b`
/// are panels of `gemm.tile`, and the next panel of A is `aStep` bytes further on. Otherwise row m0 of A, whose rows
/// are `aStep` bytes apart, and column n0 of B (at k = 0); kIterations does not count. `scratch` holds `tilesAtOnce`
/// tiles; `pointers` are those of `tensors`, which the epilogue touches.
std::string emitMicroKernel(KernelContext &context, const Gemm &gemm, MicroKernelForm form,
                            llvm::ArrayRef<mlir::Value> tensors);

/// How many tiles are computed before they are stored: one, or as many as have whole vectors of rows where the root's
/// elements lie side by side along m.
int64_t tilesAtOnce(KernelContext &context, const Gemm &gemm, MicroKernelForm form);

} // namespace wasmind::loops
