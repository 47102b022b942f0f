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

/// How elements get into a row of a panel: an f32 is a word of it. Of bytes each pair is one; where every run of them
/// is made of whole pairs, they are copied as such, else one by one.
enum class RowForm { Words, Pairs, Halves };

/// A function (m0, count, target, [group,] images) that packs rows [m0, m0 + count) for panels of the tile's rows;
/// returns its name.
std::string emitIm2col(KernelContext &context, const Images &images, const Gemm &gemm, RowForm form);

} // namespace wasmind::loops
