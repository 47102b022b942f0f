//===- SpaceToBatchND.cpp - SpaceToBatchND(x [N, ..., spatial...]), attributes block_shape, paddings -------------===//
#include "compiler/frontend/mindir/Blocks.h"

namespace wasmind::mindir::ops {

// The places of a block become images: [block..., N, ..., spatial / block...].
Operand SpaceToBatchND(Node &node) {
  Value x = node.tensor(0);
  const auto [blocks, paddings, first] = blocksOf(node, x, "paddings");
  if (node.failed())
    return {};
  Compose &b = node.compose;
  const int64_t spatial = blocks.size();
  Integers low(first, 0), high(first, 0);
  for (int64_t i = 0; i < spatial; ++i) {
    low.push_back(paddings[2 * i]);
    high.push_back(paddings[2 * i + 1]);
  }
  x = b.pad(x, b.scalar(node.element(x), 0), low, high);
  if (!x)
    return {};
  const Extents padded = b.extentsOf(x);
  Extents apart(padded.begin(), padded.begin() + first), joined(apart);
  Integers order;
  for (int64_t i = 0; i < spatial; ++i) {
    auto part = graph::divideExactly(padded[first + i], b.getAffineConstantExpr(blocks[i]));
    if (!part)
      return node.fail("an extent of '" + node.text(padded[first + i]) + "' is no multiple of its block, " +
                       llvm::Twine(blocks[i]));
    apart.append({*part, b.getAffineConstantExpr(blocks[i])});
    joined.push_back(*part);
    joined[0] = graph::normalise(joined[0] * blocks[i]);
    order.push_back(first + 2 * i + 1);
  }
  for (int64_t dim = 0; dim < first; ++dim)
    order.push_back(dim);
  for (int64_t i = 0; i < spatial; ++i)
    order.push_back(first + 2 * i);
  return b.reshape(b.transpose(b.reshape(x, apart), order), joined);
}

} // namespace wasmind::mindir::ops
