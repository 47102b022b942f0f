#include "compiler/frontend/onnx/Windows.h"

WASMIND_ONNX_OPERATOR(AveragePool) {
  Value x = node.input(0);
  auto pool = poolOf(node, x);
  if (!pool)
    return Failure();
  Compose &compose = node.compose();
  const bool countPadding = node.flag("count_include_pad");
  if (!countPadding || llvm::all_of(pool->overhang, [](int64_t n) { return n == 0; }))
    return compose.averagePool(x, pool->kernel, pool->window, countPadding);
  // Padding counts, but what hangs over it (ceil_mode) does not: the padding becomes part of the input.
  Integers low{0, 0}, high{0, 0};
  for (auto [i, overhang] : llvm::enumerate(pool->overhang)) {
    low.push_back(pool->window.padLow[i]);
    high.push_back(pool->window.padHigh[i] - overhang);
    pool->window.padLow[i] = 0;
    pool->window.padHigh[i] = overhang;
  }
  Value padded = compose.pad(x, compose.scalar(compose.elementOf(x), 0), low, high);
  return compose.averagePool(padded, pool->kernel, pool->window, /*countPadding=*/false);
}
