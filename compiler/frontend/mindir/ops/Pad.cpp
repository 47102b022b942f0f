//===- Pad.cpp - Pad(x), attribute paddings: one (low, high) per dimension ----------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand Pad(Node &node) {
  Value x = node.tensor(0);
  auto paddings = node.parameter("paddings", 1);
  Integers low, high;
  if (paddings)
    for (const Operand &entry : paddings->elements())
      if (entry.elements().size() == 2) {
        low.push_back(entry.elements()[0].integerValue);
        high.push_back(entry.elements()[1].integerValue);
      }
  if (!node.failed() && static_cast<int64_t>(low.size()) != node.rank(x))
    return node.fail("paddings has not one pair per dimension");
  return node.failed() ? Value() : padWith(node, x, "constant", low, high, Value());
}

} // namespace wasmind::mindir::ops
