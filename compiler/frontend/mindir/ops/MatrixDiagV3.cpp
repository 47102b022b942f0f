//===- MatrixDiagV3.cpp -----------------------------------------------------------------------------------------===//
//
// MatrixDiagV3(diagonals, k, rows, columns, padding), attribute align: matrices of these diagonals
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Diagonals.h"

namespace wasmind::mindir::ops {

Operand MatrixDiagV3(Node &node) {
  Value diagonals = node.tensor(0), padding = node.tensor(4);
  if (!node.expectRank(padding, 0, "the padding"))
    return {};
  Band band = readBand(node, 1);
  const Integers wantedRows = node.integers("num_rows", 2, Integers{-1}),
                 wantedColumns = node.integers("num_cols", 3, Integers{-1});
  const int64_t kept = node.failed() ? 0 : node.rank(diagonals) - (band.count() == 1 ? 1 : 2);
  if (node.failed() || kept < 0 || wantedRows.size() != 1 || wantedColumns.size() != 1)
    return node.fail("the diagonals are no rows, or the matrices' sizes no numbers");
  const int64_t length = node.staticExtent(diagonals, node.rank(diagonals) - 1, "the diagonals");
  if (node.failed())
    return {};
  // As small as the diagonals allow, and square where nothing is said.
  const int64_t leastRows = length - std::min<int64_t>(band.high, 0),
                leastColumns = length + std::max<int64_t>(band.low, 0);
  int64_t rows = wantedRows[0], columns = wantedColumns[0];
  if (rows < 0 && columns < 0)
    rows = columns = std::max(leastRows, leastColumns);
  rows = rows < 0 ? leastRows : rows;
  columns = columns < 0 ? leastColumns : columns;
  if (!placeBand(node, band, rows, columns) || !expectBand(node, diagonals, kept, band))
    return {};
  return pick(node.compose, diagonals, kept, node.compose.cast(padding, node.element(diagonals)),
              placesInBand(band, band.count() * band.length), {rows, columns});
}

} // namespace wasmind::mindir::ops
