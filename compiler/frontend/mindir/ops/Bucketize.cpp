//===- Bucketize.cpp - Bucketize(x), attribute boundaries: how many boundaries each element is not below ---------===//
#include "compiler/frontend/mindir/Ordered.h"

namespace wasmind::mindir::ops {

Operand Bucketize(Node &node) {
  Value x = node.tensor(0);
  auto given = node.parameter("boundaries", Node::none);
  Value boundaries = given ? node.asTensor(*given, "attribute 'boundaries'") : Value();
  if (node.failed() || !boundaries || node.rank(boundaries) != 1)
    return node.fail("attribute 'boundaries' is not a tuple of numbers");
  Compose &b = node.compose;
  const Type type = node.isFloat(x) ? node.element(x) : b.getF32Type();
  return b.cast(countBelow(node, b.cast(boundaries, type), b.cast(x, type), /*right=*/true), b.getI32Type());
}

} // namespace wasmind::mindir::ops
