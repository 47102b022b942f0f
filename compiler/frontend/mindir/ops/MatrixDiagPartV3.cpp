//===- MatrixDiagPartV3.cpp -------------------------------------------------------------------------------------===//
//
// MatrixDiagPartV3(x [..., M, N], k, padding), attribute align: diagonals as rows, filled up
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Diagonals.h"

namespace wasmind::mindir::ops {

Operand MatrixDiagPartV3(Node &node) {
  Value x = node.tensor(0), padding = node.tensor(2);
  if (!node.expectRank(padding, 0, "the padding"))
    return {};
  Band band = readBand(node, 1);
  if (node.failed() || node.rank(x) < 2)
    return node.fail("x is no matrix");
  const int64_t kept = node.rank(x) - 2;
  if (!placeBand(node, band, node.staticExtent(x, kept, "x"), node.staticExtent(x, kept + 1, "x")))
    return {};
  Integers shape{band.count(), band.length};
  if (band.count() == 1)
    shape.erase(shape.begin());
  return pick(node.compose, x, kept, node.compose.cast(padding, node.element(x)),
              placesInMatrix(band, band.rows * band.columns), shape);
}

} // namespace wasmind::mindir::ops
