//===- Winograd.h - the linear maps of convolutions of 3x3 by fewer multiplications -------------------------------===//
//
// F(m x m, 3 x 3) of Winograd (S. Winograd, Arithmetic Complexity of Computations, 1980; A. Lavin and S. Gray, Fast
// Algorithms for Convolutional Neural Networks, 2015): with points = m + 2,
//
//   output tile [m][m] = A^T ((G weights G^T) * (B^T input tile [points][points] B)) A
//
// where * multiplies point by point; over all channels that is points^2 matrix products. F(4x4) multiplies 4 times less
// than the convolution as it stands and loses about a decimal digit; F(2x2) 2.25 times less and loses none. Of integers
// F(2x2) is exact: weights are transformed with 2 G, and what comes out, four times the result, is a whole number.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/loops/Images.h"
#include "compiler/loops/Packing.h"

namespace wasmind::loops {

/// Pixels of a tile of the output along one dimension: 2 or 4; of integers 2.
struct WinogradTile {
  int64_t outputs;
  bool ofPairs = false; ///< words of panels are pairs of i16 (Packing.h), sums i32; else both are f32

  int64_t points() const { return outputs + 2; }
  int64_t allPoints() const { return points() * points(); }
  int64_t perWord() const { return ofPairs ? 2 : 1; } ///< channels
};

/// The function (pixels, words, panel, pointBytes, work) that transforms `panelTile.rows` tiles of the input, elements
/// of type `element`. `pixels` has the addresses of each tile's pixels as [tile][point row][point column]; the channels
/// of so many words, a multiple of 4, lie side by side there. Of each point the panel [words][rows] is written, points
/// `pointBytes` apart. `work` holds `inputWorkBytes`. Returns its name, as do the others.
std::string emitInputTransform(ProgramBuilder &program, WinogradTile tile, mlir::Type element);
int64_t inputWorkBytes(WinogradTile tile);

/// The function (weights, target, channels, columns[, offset]) that transforms weights [3][3][channels][columns] into
/// [point][columns / 8][words][8], panels of B (Packing.h). Columns are a multiple of 8, channels of a word.
std::string emitWeightTransform(ProgramBuilder &program, WinogradTile tile, const Stored &stored);

/// The function (sums, columns, panelBytes, pointBytes, target, work) that transforms one tile's sums, of which eight
/// columns lie side by side, the next eight `panelBytes` further on, points `pointBytes` apart, into
/// [columns / 4][m][m][4]. `work` holds `outputWorkBytes`.
std::string emitOutputTransform(ProgramBuilder &program, WinogradTile tile);
int64_t outputWorkBytes(WinogradTile tile);

} // namespace wasmind::loops
