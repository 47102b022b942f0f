//===- Im2col.h - images as the rows of a matrix product ----------------------------------------------------------===//
//
// Row m of the matrix is what the kernel sees at pixel m of the output: [KH][KW][C / groups], zeros outside of the
// image.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/loops/Gemm.h"
#include "compiler/loops/Images.h"

namespace wasmind::loops {

/// How elements get into a row of a panel, whose words are an f32 or a pair of i16. Where every run of them is made of
/// whole words, these are copied: as they lie in memory, or widened from pairs of bytes; else elements one by one.
enum class RowForm { Words, Pairs, Halves };

/// A function (m0, count, target, [group,] images) that packs rows [m0, m0 + count) for panels of the tile's rows;
/// returns its name.
std::string emitIm2col(KernelContext &context, const Images &images, const Gemm &gemm, RowForm form);

} // namespace wasmind::loops
