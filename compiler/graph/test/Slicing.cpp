// Slices as numpy has them: every begin, end and step, with extents that are known at run time only.
#include "compiler/graph/Slicing.h"
#include "compiler/graph/test/Fixture.h"

using namespace mlir;
using namespace wasmind::graph;

namespace {
struct SlicingTest : GraphTest {
  AffineExpr number(int64_t value) { return builder.getAffineConstantExpr(value); }

  /// The positions of a slice of `extent` elements, as numpy (and, where `startsInside`, ONNX) defines them.
  static std::vector<int64_t> positions(std::optional<int64_t> begin, std::optional<int64_t> end, int64_t stride,
                                        bool startsInside, int64_t extent) {
    bool forward = stride > 0;
    int64_t low = forward ? 0 : -1, high = forward ? extent : extent - 1;
    auto place = [&](int64_t at, int64_t least) { return std::clamp(at < 0 ? at + extent : at, least, high); };
    int64_t from = begin ? place(*begin, startsInside && extent > 0 ? 0 : low) : forward ? 0 : extent - 1;
    int64_t to = end ? place(*end, low) : forward ? extent : -1;
    std::vector<int64_t> result;
    for (int64_t at = from; forward ? at < to : at > to; at += stride)
      result.push_back(at);
    return result;
  }
  static std::vector<int64_t> positions(const AxisRange &range, AffineExpr extent) {
    auto valueOf = [&](AffineExpr e) { return *constantOf(e.replaceSymbols(extent)); };
    std::vector<int64_t> result;
    for (int64_t i = 0, count = valueOf(range.count); i < count; ++i)
      result.push_back(valueOf(range.start) + i * range.stride);
    if (range.isReversed)
      std::reverse(result.begin(), result.end());
    return result;
  }
};

TEST_F(SlicingTest, EveryRangeIsNumpysOrRefused) {
  unsigned placed = 0, refused = 0;
  std::vector<std::optional<int64_t>> bounds{std::nullopt, INT64_MIN, INT64_MAX};
  for (int64_t bound = -6; bound <= 6; ++bound)
    bounds.push_back(bound);
  for (auto [low, high] : {std::pair<int64_t, int64_t>(0, 0), {1, 1}, {4, 4}, {0, 5}, {1, 6}, {3, 8}, {6, 9}}) {
    setNamedDims(*module, NamedDim{"n", low, high});
    AffineExpr extent = low == high ? number(low) : builder.getAffineSymbolExpr(0);
    for (auto begin : bounds)
      for (auto end : bounds)
        for (int64_t stride : {1, 2, 3, -1, -2})
          for (bool startsInside : {false, true}) {
            AxisSlice slice{begin ? number(*begin) : AffineExpr(), end ? number(*end) : AffineExpr(), stride,
                            startsInside};
            auto range = rangeOf(slice, extent, *module);
            if (!range) {
              llvm::consumeError(range.takeError());
              ASSERT_NE(low, high);
              ++refused;
              continue;
            }
            ++placed;
            for (int64_t n = low; n <= high; ++n)
              ASSERT_EQ(positions(*range, number(n)), positions(begin, end, stride, startsInside, n))
                  << begin.value_or(99) << ":" << end.value_or(99) << ":" << stride << " of " << n << " in " << low
                  << ".." << high << (startsInside ? ", from inside" : "");
            EXPECT_TRUE(staysInside(range->start, range->count, range->stride, extent, getNamedDims(*module)))
                << begin.value_or(99) << ":" << end.value_or(99) << ":" << stride << " of " << low << ".." << high;
          }
  }
  EXPECT_GE(placed, 11900u) << refused << " refused";
}

TEST_F(SlicingTest, RefusalsSayWhatWouldDo) {
  AffineExpr n = declareDim(*module, "n", 1, 64), m = declareDim(*module, "m", 0, 8);
  auto refusal = [&](AxisSlice slice, AffineExpr extent) {
    auto range = rangeOf(slice, extent, *module);
    return range ? "" : llvm::toString(range.takeError());
  };
  EXPECT_EQ(refusal({number(0), number(10)}, n), "the position 10 may lie inside or outside an extent of 'n' (1..64); "
                                                 "compile with --dim n=10..64");
  EXPECT_EQ(refusal({number(-5), {}}, n), "the position -5 may lie inside or outside an extent of 'n' (1..64); compile "
                                          "with --dim n=5..64");
  EXPECT_EQ(refusal({m - 3, {}}, n), "the position 'm - 3' (-3..5) may be negative, which counts from the end, or not; "
                                     "compile with --dim m=3..8");
  EXPECT_EQ(refusal({m, number(3)}, number(20)), "the range from 'm' (0..8) to 3 may end before it begins, which takes "
                                                 "nothing, or not; compile with --dim m=0..3");
  // Decided by the bounds: all of it, nothing of it, the rest of it.
  EXPECT_EQ(refusal({number(0), number(64)}, n), "");
  EXPECT_EQ(refusal({number(64), {}}, n), "");
  EXPECT_EQ(refusal({n - 1, n}, n), "");
  EXPECT_EQ(refusal({m * -1 - 1, {}}, n + m), "");
  auto index = placeOf(number(3), n, *module);
  ASSERT_FALSE(bool(index));
  EXPECT_EQ(llvm::toString(index.takeError()),
            "the index 3 may lie outside an extent of 'n' (1..64); compile with --dim n=4..64");
  EXPECT_EQ(llvm::toString(checkInside(number(2), number(3), number(4), *module)),
            "3 elements from 2 on lie outside an extent of 4");
  EXPECT_EQ(llvm::toString(checkInside(number(2), number(3), n, *module)),
            "3 elements from 2 on may lie outside an extent of 'n' (1..64); compile with --dim n=5..64");
}
} // namespace
