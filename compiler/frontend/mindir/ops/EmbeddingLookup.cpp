//===- EmbeddingLookup.cpp --------------------------------------------------------------------------------------===//
//
// EmbeddingLookup(table, indices, offset): the rows at indices less the offset, zeros where there is none
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Fill.h"
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand EmbeddingLookup(Node &node) {
  Value table = node.tensor(0), indices = toIndices(node, node.tensor(1));
  Value offset =
      oneElement(node, node.asTensor(node.has(2) ? node.input(2) : Operand::integer(0), "the offset"), "the offset");
  if (node.failed() || node.rank(table) < 1)
    return node.fail("the table has rank 0");
  Compose &b = node.compose;
  expectElements(node, table);
  if (node.failed())
    return {};
  indices = b.sub(b.cast(indices, b.getI64Type()), b.cast(offset, b.getI64Type()));
  Value zero = b.scalarLike(indices, 0), rows = b.extent(b.extentsOf(table)[0]);
  Value isRow = b.binary(BinaryKind::And, b.compare(CompareKind::GreaterEqual, indices, zero),
                         b.compare(CompareKind::Less, indices, rows));
  Value found = b.gather(table, b.select(isRow, indices, zero), 0);
  Integers behind;
  for (int64_t dim = node.rank(indices); dim < node.rank(found); ++dim)
    behind.push_back(dim);
  return b.select(behind.empty() ? isRow : b.unsqueeze(isRow, behind), found, b.scalarLike(found, 0));
}

} // namespace wasmind::mindir::ops
