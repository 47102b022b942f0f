//===- ReverseSequence.cpp ---------------------------------------------------------------------------------------===//
//
// ReverseSequence(x, lengths), attributes seq_dim, batch_dim: the first elements of each sequence backwards
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand ReverseSequence(Node &node) {
  Value x = node.tensor(0), lengths = toIndices(node, node.tensor(1));
  const int64_t rank = node.rank(x), along = node.axis(node.integer("seq_dim", Node::none), rank),
                batch = node.axis(node.integer("batch_dim", Node::none, 0), rank);
  if (node.failed() || along == batch)
    return node.fail("seq_dim and batch_dim are one dimension");
  Compose &b = node.compose;
  Integers order{batch, along};
  for (int64_t dim = 0; dim < rank; ++dim)
    if (dim != batch && dim != along)
      order.push_back(dim);
  Value rows = b.transpose(x, order);
  const Extents shape = b.extentsOf(rows);
  if (!node.expectRank(lengths, 1, "the lengths"))
    return {};
  node.expectEqual(b.extentsOf(lengths)[0], shape[0], "the lengths are not one per sequence");
  if (node.failed())
    return {};
  const Type type = node.element(lengths);
  Value place =
      graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType({b.getAffineConstantExpr(1), shape[1]}, type), 1);
  // A length beyond the sequence reverses all of it.
  Value length = b.unsqueeze(b.minimum(lengths, b.cast(b.extent(shape[1]), type)), {1});
  Value back = b.sub(b.sub(length, b.scalarLike(length, 1)), place);
  Value from = b.select(b.compare(CompareKind::Less, place, length), back, place);
  Integers home(rank);
  for (int64_t i = 0; i < rank; ++i)
    home[order[i]] = i;
  return b.transpose(b.gather(rows, from, 1, /*batchDims=*/1), home);
}

} // namespace wasmind::mindir::ops
