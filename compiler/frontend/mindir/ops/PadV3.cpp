//===- PadV3.cpp - PadV3(x, paddings: from the last dimension on, value), attribute mode --------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand PadV3(Node &node) {
  Value x = node.tensor(0);
  Integers pads = node.integers("paddings", 1);
  llvm::StringRef mode = node.text("mode", 3, llvm::StringRef("constant"));
  bool contiguous = node.flag("paddings_contiguous", Node::none, true);
  if (node.failed())
    return {};
  int64_t rank = node.rank(x), count = pads.size() / 2;
  if (pads.size() % 2 != 0 || count > rank)
    return node.fail("paddings has " + llvm::Twine(pads.size()) + " entries for rank " + llvm::Twine(rank));
  if (!contiguous)
    return node.fail("paddings_contiguous = False is not supported");
  Integers low(rank, 0), high(rank, 0);
  for (int64_t i = 0; i < count; ++i) {
    low[rank - 1 - i] = pads[2 * i];
    high[rank - 1 - i] = pads[2 * i + 1];
  }
  return padWith(node, x, mode, low, high, node.has(2) ? node.compose.cast(node.tensor(2), node.element(x)) : Value());
}

} // namespace wasmind::mindir::ops
