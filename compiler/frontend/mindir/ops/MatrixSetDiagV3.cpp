//===- MatrixSetDiagV3.cpp --------------------------------------------------------------------------------------===//
//
// MatrixSetDiagV3(x [..., M, N], diagonals, k), attribute align: x with these diagonals
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Diagonals.h"

namespace wasmind::mindir::ops {

Operand MatrixSetDiagV3(Node &node) {
  Value x = node.tensor(0), diagonals = node.tensor(1);
  Band band = readBand(node, 2);
  if (node.failed() || node.rank(x) < 2)
    return node.fail("x is no matrix");
  const int64_t kept = node.rank(x) - 2;
  if (!placeBand(node, band, node.staticExtent(x, kept, "x"), node.staticExtent(x, kept + 1, "x")) ||
      !expectBand(node, diagonals, kept, band))
    return {};
  // Places outside the band are those of x itself, which stands behind the diagonals.
  Integers places = placesInBand(band, -1);
  for (int64_t i = 0; i < int64_t(places.size()); ++i)
    if (places[i] < 0)
      places[i] = band.count() * band.length + i;
  return pick(node.compose, node.compose.cast(diagonals, node.element(x)), kept, x, places, {band.rows, band.columns});
}

} // namespace wasmind::mindir::ops
