#include "compiler/frontend/onnx/Operator.h"

// values = [off, on]; negative indices count from the end, indices outside give a row of `off`.
WASMIND_ONNX_OPERATOR(OneHot) {
  Compose &compose = node.compose();
  Value given = compose.reshape(node.input(1), Integers());
  if (!given)
    return node.fail("depth must be one number");
  Value values =
      node.rank(node.input(2)) == 1 ? compose.withExtent(node.input(2), 0, compose.getAffineConstantExpr(2)) : Value();
  if (!values)
    return node.fail("values must be [off, on]");
  Value indices = compose.cast(node.input(0), compose.getI64Type());
  const int64_t rank = node.rank(indices) + 1;
  auto dim = node.axisAttribute("axis", -1, rank);
  if (!dim)
    return Failure();
  auto depth = node.extentOf(compose.cast(given, compose.getI64Type()), 0, *dim);
  if (!depth || !node.require(*depth - 1, "a depth of '" + node.text(*depth) + "'"))
    return Failure();
  Value count = compose.reshape(compose.extent(*depth), Integers(rank - 1, 1));
  Value isNegative = compose.compare(CompareKind::Less, indices, compose.scalarLike(indices, 0));
  indices = compose.select(isNegative, compose.add(indices, count), indices);
  Extents line(rank, compose.getAffineConstantExpr(1));
  line[*dim] = *depth;
  Value positions =
      graph::IotaOp::create(compose, compose.getLoc(), graph::makeTensorType(line, compose.getI64Type()), *dim);
  Value hot = compose.compare(CompareKind::Equal, compose.unsqueeze(indices, {*dim}), positions);
  auto value = [&](int64_t i) {
    return compose.sliceDim(values, 0, compose.getAffineConstantExpr(i), compose.getAffineConstantExpr(1));
  };
  return compose.select(hot, value(1), value(0));
}
