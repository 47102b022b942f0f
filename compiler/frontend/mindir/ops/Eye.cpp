//===- Eye.cpp - Eye(n, m, dtype): ones on the diagonal -----------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Eye(Node &node) {
  int64_t rows = node.integer("n", 0), columns = node.integer("m", 1, rows);
  Type type = node.dtype("dtype", 2);
  if (!type)
    type = node.declaredElement() ? node.declaredElement() : node.compose.getF32Type();
  if (!node.failed() && (rows < 0 || columns < 0 || rows > (1 << 20) || columns > (1 << 20)))
    return node.fail("a size is out of range");
  if (node.failed())
    return {};
  Compose &b = node.compose;
  auto line = [&](int64_t dim, llvm::ArrayRef<int64_t> shape) {
    return Value(
        graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType(b.getContext(), shape, b.getI64Type()), dim));
  };
  return b.cast(b.compare(CompareKind::Equal, line(0, {rows, 1}), line(1, {1, columns})), type);
}

} // namespace wasmind::mindir::ops
