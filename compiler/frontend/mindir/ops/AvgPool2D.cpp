//===- AvgPool2D.cpp ----------------------------------------------------------------------------------------------===//
//
// AvgPool2D(x, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand AvgPool2D(Node &node) {
  Pool pool = readPool(node, /*hasDilation=*/false);
  bool countPadding = node.flag("count_include_pad", 5, true);
  if (node.has(6))
    return node.fail("divisor_override is not supported; multiply the result instead");
  if (!pool.ok)
    return {};
  return node.compose.averagePool(pool.x, pool.kernel, pool.window, countPadding, pool.roundsUp);
}

} // namespace wasmind::mindir::ops
