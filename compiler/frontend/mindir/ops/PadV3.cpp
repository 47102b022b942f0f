//===- PadV3.cpp - PadV3(x, paddings: from the last dimension on, value), attribute mode --------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand PadV3(Node &node) {
  llvm::StringRef mode = node.text("mode", 3, llvm::StringRef("constant"));
  if (!node.flag("paddings_contiguous", Node::none, true))
    return node.fail("paddings_contiguous = False is not supported");
  return padFromLast(node, mode);
}

} // namespace wasmind::mindir::ops
