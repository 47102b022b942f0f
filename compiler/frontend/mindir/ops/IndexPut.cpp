//===- IndexPut.cpp ---------------------------------------------------------------------------------------------===//
//
// IndexPut(x, values, indices: tuple), attribute accumulate: x with the values at, or added to, these places
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

// The indices, broadcast to one shape, are of the first dimensions; the values have, or are broadcast to, that shape
// and the dimensions that are left.
Operand IndexPut(Node &node) {
  Value x = node.tensor(0), values = node.tensor(1);
  if (!node.input(2).is(Operand::Kind::Sequence))
    return node.fail("the indices are no tuple");
  const auto indices = node.tensors(2);
  const int64_t adds = node.integer("accumulate", Node::none, 0), count = indices.size();
  if (node.failed())
    return {};
  if (count < 1 || count > node.rank(x) || adds < 0 || adds > 1)
    return node.fail("there are no indices, or more than x has dimensions, or accumulate is neither 0 nor 1");
  Compose &b = node.compose;
  Value common; // zeros of the indices' shape
  llvm::SmallVector<Value> each;
  for (int64_t i = 0; i < count; ++i) {
    if (node.element(indices[i]).isInteger(1))
      return node.fail("a mask as index is not supported; use its places, x.nonzero()");
    each.push_back(b.cast(toIndices(node, indices[i]), b.getI64Type()));
    if (node.failed())
      return {};
    expectIndices(node, each.back(), x, i);
    Value zeros = b.mul(each.back(), b.scalarLike(each.back(), 0));
    common = common ? b.add(common, zeros) : zeros;
  }
  if (node.failed() || !common)
    return {};
  Extents shape = b.extentsOf(common);
  for (Value &index : each)
    index = b.unsqueeze(b.broadcastTo(index, shape), {-1});
  const Extents extents = b.extentsOf(x);
  shape.append(extents.begin() + count, extents.end());
  Value places = b.concat(each, node.rank(each.front()) - 1);
  return b.scatterNd(adds ? ScatterKind::Add : ScatterKind::Set, x, places,
                     b.broadcastTo(b.cast(values, node.element(x)), shape));
}

} // namespace wasmind::mindir::ops
