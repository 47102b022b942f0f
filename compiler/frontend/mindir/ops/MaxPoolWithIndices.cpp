//===- MaxPoolWithIndices.cpp -------------------------------------------------------------------------------------===//
//
// MaxPoolWithIndices(x, kernel_size, stride, padding, dilation, ceil_mode, type): the largest elements, and where
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand MaxPoolWithIndices(Node &node) {
  Pool pool = readPool(node, /*hasDilation=*/true);
  if (pool.ok && pool.roundsUp)
    roundUp(node, pool.x, pool.kernel, pool.window);
  if (!pool.ok || node.failed())
    return {};
  Operand found = largestAndPlaces(node, pool.x, pool.kernel, pool.window, node.compose.getI64Type());
  if (!pool.isSingle)
    return found;
  std::vector<Operand> parts(found.elements().begin(), found.elements().end());
  for (Operand &part : parts)
    if (part.is(Operand::Kind::Tensor) && part.tensor)
      part = node.compose.squeeze(part.tensor, {0});
  return Operand::sequence(parts);
}

} // namespace wasmind::mindir::ops
