//===- MirrorPad.cpp - MirrorPad(x, paddings [rank, 2]), attribute mode: REFLECT or SYMMETRIC ---------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand MirrorPad(Node &node) {
  llvm::StringRef mode = node.text("mode", Node::none, llvm::StringRef("REFLECT"));
  return padByPairs(node, mode == "REFLECT" ? "reflect" : mode);
}

} // namespace wasmind::mindir::ops
