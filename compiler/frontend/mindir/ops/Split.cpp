//===- Split.cpp - Split(x, axis, output_num): equal parts --------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand Split(Node &node) {
  Value x = node.tensor(0);
  int64_t axis = node.axis(node.integer("axis", 1, 0), node.rank(x));
  int64_t count = node.integer("output_num", 2);
  if (node.failed())
    return {};
  if (count < 1 || count > (1 << 16))
    return node.fail("output_num is " + llvm::Twine(count));
  return split(node, x, axis, Extents(count, node.compose.extentsOf(x)[axis].floorDiv(count)));
}

} // namespace wasmind::mindir::ops
