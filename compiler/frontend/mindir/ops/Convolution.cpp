//===- Convolution.cpp --------------------------------------------------------------------------------------------===//
//
// Convolution(x, weight, bias or None, stride, padding, dilation, transposed, output_padding, groups): of 1 to 3
// spatial dimensions
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand Convolution(Node &node) {
  int64_t spatial = node.rank(node.tensor(0)) - 2;
  if (!node.failed() && (spatial < 1 || spatial > 3))
    return node.fail("input 0 has " + llvm::Twine(spatial) + " spatial dimensions, 1 to 3 are needed");
  return node.failed() ? Operand() : convolution(node, spatial, /*transposedAt=*/6);
}

} // namespace wasmind::mindir::ops
