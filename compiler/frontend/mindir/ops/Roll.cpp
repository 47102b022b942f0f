//===- Roll.cpp - Roll(x, shifts: tuple, dims: tuple) -------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Roll(Node &node) {
  Value x = node.tensor(0);
  Integers shifts = node.integers("shifts", 1), dims = node.integers("dims", 2);
  if (!node.failed() && shifts.size() != dims.size())
    return node.fail("shifts and dims have different numbers of entries");
  for (size_t i = 0; i < shifts.size() && !node.failed(); ++i) {
    int64_t dim = node.axis(dims[i], node.rank(x));
    if (node.failed())
      break;
    Compose &b = node.compose;
    const AffineExpr extent = b.extentsOf(x)[dim], zero = b.getAffineConstantExpr(0);
    AffineExpr moved; // that many from the end come first
    if (auto constant = graph::constantOf(extent)) {
      moved = b.getAffineConstantExpr(*constant == 0 ? 0 : ((shifts[i] % *constant) + *constant) % *constant);
    } else {
      Value length = b.maximum(b.extent(extent), b.scalar(b.getI64Type(), 1));
      Value shift = node.asTensor(Operand::integer(shifts[i]), "a shift");
      moved = node.extentOf(b.binary(BinaryKind::FloorMod, shift, length), dim, node.bounds(extent).max, ".shift");
      node.require(extent - moved, "a shift is larger than the extent of '" + node.text(extent) + "'");
    }
    if (node.failed() || moved == zero)
      continue;
    x = b.concat({b.sliceDim(x, dim, extent - moved, moved), b.sliceDim(x, dim, zero, extent - moved)}, dim);
  }
  return x;
}

} // namespace wasmind::mindir::ops
