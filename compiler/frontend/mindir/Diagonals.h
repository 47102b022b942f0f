//===- Diagonals.h - bands of diagonals as rows, of which shorter ones are filled up ------------------------------===//
#pragma once
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir {

/// The diagonals `low` to `high` of matrices of known extents, as rows from the highest to the lowest.
struct Band {
  int64_t rows = 0, columns = 0, low = 0, high = 0, length = 0; ///< length: of the rows
  bool rightAbove = true, rightBelow = false;                   ///< whether what is shorter ends where its row ends
  int64_t count() const { return high - low + 1; }
  int64_t lengthOf(int64_t diagonal) const;
  /// Where the first element of a diagonal stands in its row.
  int64_t offsetOf(int64_t diagonal) const;
};
/// Diagonals of input `i` and attribute align.
Band readBand(Node &node, unsigned i);
/// Checks that the matrices have these diagonals; the rows are as long as the longest of them.
bool placeBand(Node &node, Band &band, int64_t rows, int64_t columns);

/// Of each element of the matrix the place in its band, flat, or `outside`; and of each of the band that in the matrix.
Integers placesInBand(const Band &band, int64_t outside);
Integers placesInMatrix(const Band &band, int64_t outside);

/// Of x, whose dimensions behind the first `kept` ones are flattened and followed by those of `rest` (which may be one
/// number for all): the elements at these places, in `shape`.
Value pick(Compose &b, Value x, int64_t kept, Value rest, llvm::ArrayRef<int64_t> places,
           llvm::ArrayRef<int64_t> shape);

/// Checks that dimension `kept` and later of `diagonals` are the rows of the band: a single one has no dimension.
bool expectBand(Node &node, Value diagonals, int64_t kept, const Band &band);

} // namespace wasmind::mindir
