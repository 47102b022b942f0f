//===- ChannelShuffle.cpp - ChannelShuffle(x [N, C, ...]), attribute group: channels of groups taken in turn ----===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand ChannelShuffle(Node &node) {
  Value x = node.tensor(0);
  const int64_t groups = node.integer("group", Node::none);
  if (node.failed() || node.rank(x) < 2)
    return node.fail("x has no channels");
  const int64_t channels = node.staticExtent(x, 1, "input 0");
  if (node.failed() || groups < 1 || channels % groups)
    return node.fail(llvm::Twine(groups) + " groups do not divide " + llvm::Twine(channels) + " channels");
  Compose &b = node.compose;
  const Extents extents = b.extentsOf(x);
  Extents parts{extents[0], b.getAffineConstantExpr(groups), b.getAffineConstantExpr(channels / groups)};
  parts.append(extents.begin() + 2, extents.end());
  Integers order{0, 2, 1};
  for (int64_t dim = 3; dim < int64_t(parts.size()); ++dim)
    order.push_back(dim);
  return b.reshape(b.transpose(b.reshape(x, parts), order), extents);
}

} // namespace wasmind::mindir::ops
