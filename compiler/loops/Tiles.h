//===- Tiles.h - how many sums of a matrix product are computed at once -------------------------------------------===//
//
// A tile computes rows x columns of C = A * B from packed panels: A as [k][rows], B as [k][columns].
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include <cstdint>

namespace wasmind::loops {

struct Tile {
  int64_t rows, columns; ///< columns is a multiple of 4
  int64_t unroll;        ///< steps of k in one iteration; panels are padded to a multiple of it with zeros
  int64_t sums;          ///< independent sums per element (against latency where rows x columns is small)

  bool operator==(const Tile &) const = default;
};

/// The tile of PanelProduct.h: ten sums hide the latency of the additions, and leave room for two vectors of B and
/// three elements of A in the sixteen registers of x86-64.
constexpr Tile panelTile{5, 8, 4, 1};

/// The tile when there are at most `rows` rows ever: few rows have more sums, again against the latency.
constexpr Tile tileFor(int64_t rows) {
  if (rows >= panelTile.rows)
    return panelTile;
  return rows <= 1 ? Tile{1, 8, 4, 4} : rows == 2 ? Tile{2, 8, 2, 2} : Tile{rows, 8, 1, 1};
}

} // namespace wasmind::loops
