//===- BiasAdd.cpp - BiasAdd(x, bias [C], data_format): bias over dimension 1 -------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand BiasAdd(Node &node) {
  Value x = node.tensor(0), bias = node.tensor(1);
  expectChannelsFirst(node, "format", 2);
  if (!node.expectRank(bias, 1, "bias"))
    return {};
  if (node.rank(x) < 2)
    return node.fail("input 0 has rank " + llvm::Twine(node.rank(x)) + ", at least 2 is needed");
  Extents line(node.rank(x), node.compose.getAffineConstantExpr(1));
  line[1] = node.compose.extentsOf(bias)[0];
  return node.compose.add(x, node.compose.reshape(bias, line));
}

} // namespace wasmind::mindir::ops
