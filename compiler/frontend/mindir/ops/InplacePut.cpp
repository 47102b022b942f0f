//===- InplacePut.cpp -------------------------------------------------------------------------------------------===//
//
// InplacePut(x, index, source, accumulate): x with the source at, or added to, these flat places
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand InplacePut(Node &node) {
  Value x = node.tensor(0), index = toIndices(node, node.tensor(1)), source = node.tensor(2);
  const bool adds = node.flag("accumulate", 3, false);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  auto flat = [&](Value v) { return b.reshape(v, {graph::productOf(b.extentsOf(v), b.getContext())}); };
  Value line = flat(x);
  index = flat(index);
  expectIndices(node, index, line, 0);
  node.expectEqual(b.extentsOf(index)[0], b.extentsOf(flat(source))[0], "the source has not one element per index");
  if (node.failed())
    return {};
  Value put = b.scatterElements(adds ? ScatterKind::Add : ScatterKind::Set, line, index,
                                b.cast(flat(source), node.element(x)), 0);
  return put ? b.reshape(put, b.extentsOf(x)) : Value();
}

} // namespace wasmind::mindir::ops
