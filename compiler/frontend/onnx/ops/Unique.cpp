#include "compiler/frontend/onnx/Operator.h"
#include "llvm/ADT/Sequence.h"

// Distinct elements, or distinct slices along an axis, of constants; how many others have is only known at run time.
WASMIND_ONNX_OPERATOR(Unique) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  const bool isWhole = !node.has("axis");
  auto dim = isWhole ? std::optional<int64_t>(0) : node.axisAttribute("axis", 0, node.rank(x));
  if (!dim)
    return Failure();
  auto data = graph::constantDataOf(x);
  if (!data || data->elementCount > (1 << 20))
    return node.fail("the number of distinct elements depends on the data of " + node.origin(x) +
                     "; memory is planned while compiling, so X must be a constant" + node.advice(x));
  if (isWhole)
    x = compose.reshape(x, {data->elementCount});
  const Integers shape = *node.staticExtents(x);
  int64_t outer = 1, inner = 1;
  for (auto [i, extent] : llvm::enumerate(shape))
    (int64_t(i) < *dim ? outer : inner) *= int64_t(i) == *dim ? 1 : extent;
  const int64_t count = shape[*dim];
  const bool isFloat = mlir::isa<mlir::FloatType>(data->element);
  // The order of two slices; NaN comes last.
  auto order = [&](int64_t a, int64_t b) {
    for (int64_t i = 0; i < outer * inner; ++i) {
      auto at = [&](int64_t slice) { return (i / inner * count + slice) * inner + i % inner; };
      if (isFloat) {
        const double p = data->asDouble(at(a)), q = data->asDouble(at(b));
        if (p < q || (p == p && q != q))
          return -1;
        if (q < p || (p != p && q == q))
          return 1;
      } else if (const int64_t p = data->asInteger(at(a)), q = data->asInteger(at(b)); p != q) {
        return (data->element.isUnsignedInteger() ? uint64_t(p) < uint64_t(q) : p < q) ? -1 : 1;
      }
    }
    return 0;
  };
  Integers sorted = llvm::to_vector(llvm::seq<int64_t>(0, count));
  llvm::stable_sort(sorted, [&](int64_t a, int64_t b) { return order(a, b) < 0; });
  // Groups of equal slices in ascending order, each with its first; then, where asked for, in the order of these.
  llvm::SmallVector<Integers> groups;
  for (int64_t slice : sorted)
    if (groups.empty() || order(groups.back().front(), slice) != 0)
      groups.push_back({slice});
    else
      groups.back().push_back(slice);
  if (!node.flag("sorted", true))
    llvm::sort(groups, [](const Integers &a, const Integers &b) { return a.front() < b.front(); });
  Integers first, inverse(count), counts;
  for (auto [i, group] : llvm::enumerate(groups)) {
    first.push_back(group.front());
    counts.push_back(group.size());
    for (int64_t slice : group)
      inverse[slice] = i;
  }
  auto constant = [&](llvm::ArrayRef<int64_t> values) {
    return graph::makeIntegers(compose, compose.getLoc(), values);
  };
  return {compose.gather(x, constant(first), *dim), constant(first), constant(inverse), constant(counts)};
}
