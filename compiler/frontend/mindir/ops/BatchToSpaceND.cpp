//===- BatchToSpaceND.cpp - BatchToSpaceND(x [block... * N, ..., spatial...]), attributes block_shape, crops -----===//
#include "compiler/frontend/mindir/Blocks.h"

namespace wasmind::mindir::ops {

// The inverse of SpaceToBatchND; what was padding is cut off.
Operand BatchToSpaceND(Node &node) {
  Value x = node.tensor(0);
  const auto [blocks, crops, first] = blocksOf(node, x, "crops");
  if (node.failed())
    return {};
  Compose &b = node.compose;
  const int64_t spatial = blocks.size();
  int64_t all = 1;
  for (int64_t block : blocks) {
    if (all > (1 << 20))
      return node.fail("block_shape is out of range");
    all *= block;
  }
  const Extents extents = b.extentsOf(x);
  auto images = graph::divideExactly(extents[0], b.getAffineConstantExpr(all));
  if (!images)
    return node.fail("'" + node.text(extents[0]) + "' images are no multiple of the blocks' " + llvm::Twine(all));
  Extents apart, joined;
  for (int64_t block : blocks)
    apart.push_back(b.getAffineConstantExpr(block));
  apart.push_back(*images);
  apart.append(extents.begin() + 1, extents.end());
  joined.push_back(*images);
  joined.append(extents.begin() + 1, extents.begin() + first);
  Integers order;
  for (int64_t dim = 0; dim < first; ++dim)
    order.push_back(spatial + dim);
  for (int64_t i = 0; i < spatial; ++i) {
    order.append({spatial + first + i, i});
    joined.push_back(graph::normalise(extents[first + i] * blocks[i]));
  }
  x = b.reshape(b.transpose(b.reshape(x, apart), order), joined);
  for (int64_t i = 0; i < spatial; ++i) {
    const AffineExpr left = graph::normalise(joined[first + i] - (crops[2 * i] + crops[2 * i + 1]));
    node.require(left, "crops of more than an extent of '" + node.text(joined[first + i]) + "'");
    if (node.failed())
      return {};
    x = b.sliceDim(x, first + i, b.getAffineConstantExpr(crops[2 * i]), left);
  }
  return x;
}

} // namespace wasmind::mindir::ops
