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
  if (!node.expectRank(lengths, 1, "the lengths"))
    return {};
  const Extents extents = b.extentsOf(x);
  node.expectEqual(b.extentsOf(lengths)[0], extents[batch], "the lengths are not one per sequence");
  if (node.failed())
    return {};
  // A length beyond the sequence reverses all of it.
  lengths = b.minimum(lengths, b.cast(b.extent(extents[along]), node.element(lengths)));
  return b.reverseSequence(x, lengths, along, batch);
}

} // namespace wasmind::mindir::ops
