#include "compiler/frontend/onnx/Operator.h"

// X [C] or [N, C]: how often each n-gram of the pool occurs in a row, with up to max_skip_count elements between
// neighbours; n-gram i is counted in column ngram_indexes[i] and has weight i.
WASMIND_ONNX_OPERATOR(TfIdfVectorizer) {
  Compose &compose = node.compose();
  constexpr int64_t limit = 1 << 16; // of n-grams and columns
  Value x = node.input(0);
  const bool isRow = node.rank(x) == 1;
  if (node.has("pool_strings"))
    return node.fail("attribute 'pool_strings': strings are not supported; export with pool_int64s");
  if (!isRow && node.rank(x) != 2)
    return node.fail("takes [C] or [N, C], not " + node.text(x.getType()));
  const Integers pool = node.integers("pool_int64s"), starts = node.integers("ngram_counts"),
                 columns = node.integers("ngram_indexes");
  const int64_t shortest = node.integer("min_gram_length"), longest = node.integer("max_gram_length"),
                skips = node.integer("max_skip_count");
  const std::string mode = node.string("mode");
  if (mode != "TF" && mode != "IDF" && mode != "TFIDF")
    return node.fail("attribute 'mode' = '" + mode + "' is not one of TF, IDF, TFIDF");
  if (shortest < 1 || longest < shortest || longest > int64_t(starts.size()) || longest > 64 || skips < 0 || skips > 64)
    return node.fail("min_gram_length, max_gram_length or max_skip_count is out of range");
  int64_t width = 0;
  for (int64_t column : columns) {
    if (column < 0 || column >= limit)
      return node.fail("attribute 'ngram_indexes' has the entry " + llvm::Twine(column));
    width = std::max(width, column + 1);
  }
  auto weights = node.reals("weights");
  if (mode != "TF" && !weights.empty() && weights.size() != columns.size())
    return node.fail("attribute 'weights' has " + llvm::Twine(weights.size()) + " entries for " +
                     llvm::Twine(columns.size()) + " n-grams");

  const Type integer = compose.getI64Type(), real = compose.getF32Type();
  x = compose.cast(isRow ? compose.unsqueeze(x, {0}) : x, integer);
  const Extents extents = compose.extentsOf(x);
  auto constant = [&](int64_t value) { return compose.getAffineConstantExpr(value); };
  // Elements beyond the end stand for those that an n-gram lacks there; it does not count.
  const int64_t beyond = (longest - 1) * (skips + 1);
  Value padded = compose.pad(x, compose.scalar(integer, 0), {0, 0}, {0, beyond});
  Value place = graph::IotaOp::create(compose, compose.getLoc(),
                                      graph::makeTensorType({constant(1), extents[1], constant(1)}, integer), 1);
  Value counts = compose.splat({constant(width), extents[0]}, real, 0);
  int64_t first = 0; // n-gram of this length, among all
  for (int64_t length = 1; length <= int64_t(starts.size()); ++length) {
    const int64_t begin = starts[length - 1], end = length < int64_t(starts.size()) ? starts[length] : pool.size();
    if (begin < 0 || end < begin || end > int64_t(pool.size()) || (end - begin) % length != 0)
      return node.fail("attribute 'ngram_counts' does not divide the pool");
    const int64_t grams = (end - begin) / length;
    if (first + grams > int64_t(columns.size()) || grams > limit)
      return node.fail("attribute 'ngram_indexes' does not have an entry per n-gram");
    const llvm::ArrayRef<int64_t> own = llvm::ArrayRef(columns).slice(first, grams);
    first += grams;
    if (length < shortest || length > longest || grams == 0)
      continue;
    for (int64_t step = 1; step <= (length == 1 ? 1 : skips + 1); ++step) {
      const int64_t span = (length - 1) * step;
      Value matches = compose.compare(CompareKind::Less, place, compose.extent(extents[1] - span));
      for (int64_t i = 0; i < length; ++i) {
        Integers elements;
        for (int64_t gram = 0; gram < grams; ++gram)
          elements.push_back(pool[begin + gram * length + i]);
        Value wanted = compose.reshape(graph::makeIntegers(compose, compose.getLoc(), elements), Integers{1, 1, grams});
        Value given = compose.unsqueeze(compose.sliceDim(padded, 1, constant(i * step), extents[1]), {2});
        matches = compose.binary(BinaryKind::And, matches, compose.compare(CompareKind::Equal, given, wanted));
      }
      Value found = compose.reduce(ReduceKind::Sum, compose.cast(matches, real), {1}, /*keepDims=*/false);
      found = compose.transpose(found, {1, 0});
      if (!found)
        return Failure();
      counts = graph::ScatterOp::create(compose, compose.getLoc(), ScatterKind::Add, counts,
                                        graph::makeIntegers(compose, compose.getLoc(), own), found);
    }
  }
  Value result = compose.transpose(counts, {1, 0});
  if (mode == "IDF")
    result = compose.minimum(result, compose.scalarLike(result, 1));
  if (mode != "TF" && !weights.empty()) {
    llvm::SmallVector<float> narrow(width, 0);
    for (auto [column, weight] : llvm::zip(columns, weights))
      narrow[column] = float(weight);
    result = compose.mul(
        result, graph::makeConstant(compose, compose.getLoc(), mlir::RankedTensorType::get({1, width}, real),
                                    {reinterpret_cast<const char *>(narrow.data()), narrow.size() * sizeof(float)}));
  }
  return isRow ? compose.squeeze(result, {0}) : result;
}
