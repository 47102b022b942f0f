#include "compiler/frontend/onnx/Trees.h"

// X [rows, features] * coefficients [targets, features]' + intercepts.
WASMIND_ONNX_OPERATOR(ml_LinearRegressor) {
  Compose &compose = node.compose();
  Value x = compose.cast(node.input(0), compose.getF32Type());
  const int64_t targets = node.integer("targets", 1);
  auto coefficients = node.reals("coefficients"), intercepts = node.reals("intercepts");
  if (node.rank(x) != 2 || targets < 1 || int64_t(coefficients.size()) % targets != 0)
    return node.fail("the input must be [rows, features] and the coefficients as many for each target");
  const int64_t features = int64_t(coefficients.size()) / targets;
  x = compose.withExtent(x, 1, compose.getAffineConstantExpr(features));
  if (!x)
    return node.fail("the input must be [rows, features] and fit the coefficients");
  if (!intercepts.empty() && int64_t(intercepts.size()) != targets)
    return node.fail("attribute 'intercepts' needs one entry per target");
  auto constant = [&](llvm::ArrayRef<double> values, Integers shape) {
    llvm::SmallVector<float> narrow(values.begin(), values.end());
    return graph::makeConstant(compose, compose.getLoc(), mlir::RankedTensorType::get(shape, compose.getF32Type()),
                               {reinterpret_cast<const char *>(narrow.data()), narrow.size() * sizeof(float)});
  };
  Value y = compose.matmul(x, constant(coefficients, {targets, features}), false, true);
  if (!intercepts.empty())
    y = compose.add(y, constant(intercepts, {1, targets}));
  return postTransform(node, y);
}
