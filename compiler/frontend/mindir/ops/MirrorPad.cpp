//===- MirrorPad.cpp - MirrorPad(x, paddings [rank, 2]), attribute mode: REFLECT or SYMMETRIC ---------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand MirrorPad(Node &node) {
  Value x = node.tensor(0);
  llvm::StringRef mode = node.text("mode", Node::none, llvm::StringRef("REFLECT"));
  Integers low, high;
  if (node.input(1).is(Operand::Kind::Sequence)) {
    for (const Operand &entry : node.input(1).elements())
      if (entry.elements().size() == 2) {
        low.push_back(entry.elements()[0].integerValue);
        high.push_back(entry.elements()[1].integerValue);
      }
  } else {
    Integers pads = node.integers("paddings", 1);
    for (size_t i = 0; i + 1 < pads.size(); i += 2) {
      low.push_back(pads[i]);
      high.push_back(pads[i + 1]);
    }
  }
  if (!node.failed() && static_cast<int64_t>(low.size()) != node.rank(x))
    return node.fail("paddings has not one pair per dimension");
  return node.failed() ? Value() : padWith(node, x, mode == "REFLECT" ? "reflect" : mode, low, high, Value());
}

} // namespace wasmind::mindir::ops
