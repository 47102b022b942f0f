#include "compiler/frontend/onnx/Operator.h"

// values = [off, on]; negative indices count from the end, indices outside give a row of `off`.
WASMIND_ONNX_OPERATOR(OneHot) {
  Compose &compose = node.compose();
  auto depths = node.constantReals(1, "depth");
  if (!depths)
    return Failure();
  const int64_t depth = depths->size() == 1 ? int64_t(depths->front()) : 0;
  if (depth < 1 || depth > INT32_MAX)
    return node.fail("depth must be one positive number");
  if (node.rank(node.input(2)) != 1 || node.staticExtent(node.input(2), 0) != 2)
    return node.fail("values must be [off, on]");
  Value indices = compose.cast(node.input(0), compose.getI64Type());
  const int64_t rank = node.rank(indices) + 1;
  auto dim = node.axisAttribute("axis", -1, rank);
  if (!dim)
    return Failure();
  Value isNegative = compose.compare(CompareKind::Less, indices, compose.scalarLike(indices, 0));
  indices = compose.select(isNegative, compose.add(indices, compose.scalarLike(indices, depth)), indices);
  Integers line(rank, 1);
  line[*dim] = depth;
  Value positions =
      graph::IotaOp::create(compose, compose.getLoc(), mlir::RankedTensorType::get(line, compose.getI64Type()), *dim);
  Value hot = compose.compare(CompareKind::Equal, compose.unsqueeze(indices, {*dim}), positions);
  auto value = [&](int64_t i) {
    return compose.sliceDim(node.input(2), 0, compose.getAffineConstantExpr(i), compose.getAffineConstantExpr(1));
  };
  return compose.select(hot, value(1), value(0));
}
