//===- AvgPool2D.cpp ----------------------------------------------------------------------------------------------===//
//
// AvgPool2D(x, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand AvgPool2D(Node &node) {
  Pool pool = readPool(node, /*hasDilation=*/false);
  bool ceil = node.flag("ceil_mode", 4, false), countPadding = node.flag("count_include_pad", 5, true);
  if (node.has(6))
    return node.fail("divisor_override is not supported; multiply the result instead");
  if (!pool.ok)
    return {};
  // Rounding up adds padding at the end that never counts.
  if (ceil && countPadding && pool.window.padHigh != pool.window.padLow)
    return node.fail("ceil_mode with count_include_pad is not supported; set one of them to False");
  return node.compose.averagePool(pool.x, pool.kernel, pool.window, countPadding);
}

} // namespace wasmind::mindir::ops
