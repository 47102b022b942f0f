//===- PadV3.cpp - PadV3(x, paddings: from the last dimension on, value), attribute mode --------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand PadV3(Node &node) {
  llvm::StringRef mode = node.text("mode", 3, llvm::StringRef("constant"));
  if (!node.flag("paddings_contiguous", Node::none, true))
    return node.fail("paddings_contiguous = False is not supported");
  Value x = node.tensor(0);
  return padFromLast(node, mode, node.has(2) ? node.compose.cast(node.tensor(2), node.element(x)) : Value());
}

} // namespace wasmind::mindir::ops
