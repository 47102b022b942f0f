//===- SpaceToBatchND.cpp - SpaceToBatchND(x [N, ..., spatial...]), attributes block_shape, paddings -------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

// The places of a block become images: [block..., N, ..., spatial / block...].
Operand SpaceToBatchND(Node &node) {
  Value x = node.tensor(0);
  const Integers blocks = node.integers("block_shape", Node::none);
  auto paddings = node.parameter("paddings", Node::none);
  const int64_t spatial = blocks.size(), rank = node.rank(x), first = rank - spatial;
  if (node.failed() || !paddings || spatial < 1 || first < 1)
    return node.fail("x has fewer dimensions than block_shape has entries");
  Compose &b = node.compose;
  Integers low(rank, 0), high(rank, 0);
  const Integers pads = flatIntegers(node, *paddings);
  if (node.failed() || int64_t(pads.size()) != 2 * spatial)
    return node.fail("paddings are not two per entry of block_shape");
  for (int64_t i = 0; i < spatial; ++i) {
    low[first + i] = pads[2 * i];
    high[first + i] = pads[2 * i + 1];
    if (pads[2 * i] < 0 || pads[2 * i + 1] < 0 || blocks[i] < 1 || blocks[i] > (1 << 20) || pads[2 * i] > (1 << 30) ||
        pads[2 * i + 1] > (1 << 30))
      return node.fail("block_shape or paddings are out of range");
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
