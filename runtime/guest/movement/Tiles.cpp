#include "runtime/guest/movement/Tiles.h"
#include "runtime/guest/Tensor.h"

namespace wasmind::guest {

/// Rows and columns of a tile. The cache lines that are read stay until all rows are done; those that are written are
/// done one after the other, as they may be many of few sets.
static constexpr uint32_t side = 16;

/// Four numbers of 32 bits, anywhere.
typedef uint32_t Four __attribute__((vector_size(16), aligned(4)));

static Four load(const char *at) { return *reinterpret_cast<const Four *>(at); }
static void store(char *at, Four numbers) { *reinterpret_cast<Four *>(at) = numbers; }

template <typename Address> static Address *step(Address *at, uint32_t count, int32_t step) {
  return reinterpret_cast<Address *>(uintptr_t(at) + count * uintptr_t(step));
}

/// Four rows and columns: pairs of rows are interleaved twice.
static void copyFour(char *to, int32_t toStep, const char *from, int32_t fromStep) {
  Four a = load(from), b = load(step(from, 1, fromStep)), c = load(step(from, 2, fromStep)),
       d = load(step(from, 3, fromStep));
  Four ac = __builtin_shufflevector(a, c, 0, 4, 1, 5), bd = __builtin_shufflevector(b, d, 0, 4, 1, 5);
  store(to, __builtin_shufflevector(ac, bd, 0, 4, 1, 5));
  store(step(to, 1, toStep), __builtin_shufflevector(ac, bd, 2, 6, 3, 7));
  ac = __builtin_shufflevector(a, c, 2, 6, 3, 7);
  bd = __builtin_shufflevector(b, d, 2, 6, 3, 7);
  store(step(to, 2, toStep), __builtin_shufflevector(ac, bd, 0, 4, 1, 5));
  store(step(to, 3, toStep), __builtin_shufflevector(ac, bd, 2, 6, 3, 7));
}

static void copyTile(int32_t byteWidth, char *to, int32_t toStep, const char *from, int32_t fromStep, uint32_t rows,
                     uint32_t columns) {
  uint32_t whole = byteWidth == 4 && rows >= 4 ? columns & ~3u : 0, row = 0;
  for (; whole && row + 4 <= rows; row += 4)
    for (uint32_t column = 0; column < whole; column += 4)
      copyFour(step(to, row, toStep) + 4 * column, toStep, step(from, column, fromStep) + 4 * row, fromStep);
  // What is left: columns beside, then rows below; of no squares all is.
  if (!whole && columns >= rows)
    whole = columns;
  for (uint32_t column = whole; column < columns; ++column)
    copyRow(byteWidth, step(to, column, byteWidth), toStep, step(from, column, fromStep), byteWidth, rows);
  for (; whole && row < rows; ++row)
    copyRow(byteWidth, step(to, row, toStep), byteWidth, step(from, row, byteWidth), fromStep, whole);
}

void copyTransposed(int32_t byteWidth, char *to, int32_t toStep, const char *from, int32_t fromStep, uint32_t rows,
                    uint32_t columns) {
  auto least = [](uint32_t left) { return left < side ? left : side; };
  for (uint32_t row = 0; row < rows; row += side)
    for (uint32_t column = 0; column < columns; column += side)
      copyTile(byteWidth, step(step(to, row, toStep), column, byteWidth), toStep,
               step(step(from, column, fromStep), row, byteWidth), fromStep, least(rows - row),
               least(columns - column));
}

} // namespace wasmind::guest
