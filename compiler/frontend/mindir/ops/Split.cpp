//===- Split.cpp - Split(x, axis, output_num): equal parts --------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand Split(Node &node) {
  Value x = node.tensor(0);
  int64_t axis = node.axis(node.integer("axis", 1, 0), node.rank(x));
  int64_t count = node.integer("output_num", 2);
  if (node.failed())
    return {};
  int64_t extent = node.staticExtent(x, axis, "input 0");
  if (!node.failed() && (count < 1 || extent % count != 0))
    return node.fail("an extent of " + llvm::Twine(extent) + " does not split into " + llvm::Twine(count) + " parts");
  return node.failed() ? Operand() : split(node, x, axis, Integers(count, extent / count));
}

} // namespace wasmind::mindir::ops
