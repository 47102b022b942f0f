#include "compiler/frontend/onnx/RowOperators.h"

// 1 for the first largest element of each row, else 0.
WASMIND_ONNX_OPERATOR(Hardmax) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  auto dims = rowDims(node);
  if (!dims)
    return Failure();
  const Extents shape = compose.extentsOf(x);
  int64_t dim = dims->empty() ? int64_t(shape.size()) : dims->front();
  if (dims->size() != 1) { // before opset 13 several dimensions make up a row
    llvm::ArrayRef<AffineExpr> all(shape);
    x = compose.reshape(x, {graph::productOf(all.take_front(dim), compose.getContext()),
                            graph::productOf(all.drop_front(dim), compose.getContext())});
    dim = 1;
  }
  Value largest = compose.argReduce(ReduceKind::Max, x, dim, /*keepDims=*/true);
  Extents line(node.rank(x), compose.getAffineConstantExpr(1));
  line[dim] = compose.extentsOf(x)[dim];
  Value positions =
      graph::IotaOp::create(compose, compose.getLoc(), graph::makeTensorType(line, compose.getI64Type()), dim);
  return compose.reshape(compose.cast(compose.compare(CompareKind::Equal, positions, largest), compose.elementOf(x)),
                         shape);
}
