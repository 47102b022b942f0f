//===- Tiles.h - micro-kernel tiles per engine --------------------------------------------------------------------===//
//
// A tile computes rows x columns of C = A * B from packed panels: A as [k][rows], B as [k][columns]. Which tile is
// fast depends on how the engine allocates registers (measured share of the 128-bit multiply-add limit, K = 256):
//
//   engine     fused   tile   A's elements          share
//   V8         yes     6 x 8  one splat load each   97 %
//   V8         no      5 x 8  one splat load each   78 %
//   Cranelift  yes     8 x 4  loads and shuffles    82 %, two steps of k at once
//   Cranelift  no      4 x 8  loads and shuffles    66 %
//   any        yes     8 x 4  loads and shuffles    81 % in both
//   any        no      4 x 8  loads and shuffles    65 % in both
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/loops/Loops.h"
#include <algorithm>

namespace wasmind::loops {

struct Tile {
  int64_t rows, columns; ///< columns is a multiple of 4
  int64_t unroll;        ///< steps of k in one iteration; panels are padded to a multiple of it with zeros
  bool shuffle;          ///< A by vector loads and lane shuffles instead of splat loads (rows, or with one row the
                         ///< unrolling, is a multiple of 4)
  int64_t sums;          ///< independent sums per element (against latency where rows x columns is small)
};

/// The tile for many rows.
inline Tile tileFor(const Options &options) {
  if (options.hint == EngineHint::V8)
    return options.relaxedSimd ? Tile{6, 8, 1, false, 1} : Tile{5, 8, 1, false, 1};
  return options.relaxedSimd ? Tile{8, 4, 2, true, 1} : Tile{4, 8, 1, true, 1};
}

/// The tile when there are at most `rows` rows ever: fewer rows, and more sums to hide the latency of the additions.
inline Tile tileFor(const Options &options, int64_t rows) {
  rows = std::max<int64_t>(rows, 1); // an extent may be 0
  Tile tile = tileFor(options);
  if (rows >= tile.rows)
    return tile;
  bool shuffle = options.hint != EngineHint::V8;
  switch (rows) {
  case 1:
    return shuffle ? Tile{1, 8, 4, true, 2} : Tile{1, 8, 4, false, 4}; // shuffled: four steps of k from one load of A
  case 2:
    return {2, 8, 2, false, 2};
  case 4:
    return {4, 8, 1, shuffle, 1};
  default:
    return {rows, rows < 6 ? 8 : tile.columns, 1, false, 1};
  }
}

} // namespace wasmind::loops
