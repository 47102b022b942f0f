#include "compiler/frontend/mindir/Diagonals.h"
#include "compiler/graph/Constants.h"

using namespace llvm;
namespace wasmind::mindir {

int64_t Band::lengthOf(int64_t diagonal) const {
  return std::min(rows + std::min<int64_t>(diagonal, 0), columns - std::max<int64_t>(diagonal, 0));
}

int64_t Band::offsetOf(int64_t diagonal) const {
  const bool right = (diagonal >= 0 && rightAbove) || (diagonal <= 0 && rightBelow);
  return right ? length - lengthOf(diagonal) : 0;
}

Band readBand(Node &node, unsigned i) {
  Band band;
  const Integers k = node.integers("k", i, Integers{0});
  const StringRef align = node.text("align", Node::none, "RIGHT_LEFT");
  auto [above, below] = align.split('_');
  if (k.empty() || k.size() > 2 || k.front() > k.back() || k.front() < -(1 << 20) || k.back() > (1 << 20))
    node.fail("k is not one diagonal, or the lowest and the highest one");
  else if ((above != "LEFT" && above != "RIGHT") || (below != "LEFT" && below != "RIGHT"))
    node.fail("align '" + align + "' is unknown");
  else
    band.low = k.front(), band.high = k.back();
  band.rightAbove = above == "RIGHT";
  band.rightBelow = below == "RIGHT";
  return band;
}

bool placeBand(Node &node, Band &band, int64_t rows, int64_t columns) {
  if (node.failed())
    return false;
  band.rows = rows;
  band.columns = columns;
  if (rows < 1 || columns < 1 || rows > (1 << 20) || columns > (1 << 20) || rows * columns > (1 << 22) ||
      band.low <= -rows || band.high >= columns) {
    node.fail("a matrix of " + Twine(rows) + " x " + Twine(columns) + " has no diagonals " + Twine(band.low) + " to " +
              Twine(band.high));
    return false;
  }
  band.length = std::min(rows + std::min<int64_t>(band.high, 0), columns - std::max<int64_t>(band.low, 0));
  return true;
}

Integers placesInBand(const Band &band, int64_t outside) {
  Integers places;
  for (int64_t row = 0; row < band.rows; ++row)
    for (int64_t column = 0; column < band.columns; ++column) {
      const int64_t diagonal = column - row;
      const bool isInside = diagonal >= band.low && diagonal <= band.high;
      const int64_t line = (band.high - diagonal) * band.length + band.offsetOf(diagonal);
      places.push_back(isInside ? line + std::min(row, column) : outside);
    }
  return places;
}

Integers placesInMatrix(const Band &band, int64_t outside) {
  Integers places;
  for (int64_t diagonal = band.high; diagonal >= band.low; --diagonal)
    for (int64_t i = 0; i < band.length; ++i) {
      const int64_t at = i - band.offsetOf(diagonal);
      const int64_t row = at + std::max<int64_t>(-diagonal, 0), column = at + std::max<int64_t>(diagonal, 0);
      places.push_back(at >= 0 && at < band.lengthOf(diagonal) ? row * band.columns + column : outside);
    }
  return places;
}

Value pick(Compose &b, Value x, int64_t kept, Value rest, ArrayRef<int64_t> places, ArrayRef<int64_t> shape) {
  const Extents leading(ArrayRef(b.extentsOf(x)).take_front(kept));
  auto flat = [&](Value value, int64_t from) {
    const Extents extents = b.extentsOf(value);
    Extents line = leading;
    line.push_back(graph::productOf(ArrayRef(extents).drop_front(from), b.getContext()));
    return from == kept ? b.reshape(value, line) : b.broadcastTo(b.reshape(value, Extents{line.back()}), line);
  };
  Value all = b.concat({flat(x, kept), flat(rest, b.rankOf(rest) <= kept ? 0 : kept)}, kept);
  Extents result = leading;
  for (int64_t extent : shape)
    result.push_back(b.getAffineConstantExpr(extent));
  return b.reshape(b.gather(all, graph::makeIntegers(b, b.getLoc(), places), kept), result);
}

bool expectBand(Node &node, Value diagonals, int64_t kept, const Band &band) {
  const bool isLine = band.count() == 1;
  if (!node.expectRank(diagonals, kept + (isLine ? 1 : 2), "the diagonals"))
    return false;
  if (node.staticExtent(diagonals, kept + (isLine ? 0 : 1), "the diagonals") != band.length ||
      (!isLine && node.staticExtent(diagonals, kept, "the diagonals") != band.count()))
    node.fail("the diagonals are not " + Twine(band.count()) + " of up to " + Twine(band.length) + " elements");
  return !node.failed();
}

} // namespace wasmind::mindir
