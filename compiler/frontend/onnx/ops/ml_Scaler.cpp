#include "compiler/frontend/onnx/Operator.h"

// (x - offset) * scale in float32; one number for all or one per feature (the last axis).
WASMIND_ONNX_OPERATOR(ml_Scaler) {
  Compose &compose = node.compose();
  Value x = compose.cast(node.input(0), compose.getF32Type());
  auto parameter = [&](llvm::StringRef attribute, double defaultValue) -> Value {
    auto values = node.reals(attribute);
    if (values.size() <= 1)
      return compose.scalarLike(x, values.empty() ? defaultValue : values[0]);
    Value fitting = node.rank(x) < 1 ? Value()
                                     : compose.withExtent(x, node.rank(x) - 1,
                                                          compose.getAffineConstantExpr(int64_t(values.size())));
    x = fitting ? fitting : x;
    if (!fitting)
      return node.fail("attribute '" + attribute + "' has " + llvm::Twine(values.size()) +
                       " entries, not one per feature");
    llvm::SmallVector<float> narrow(values.begin(), values.end());
    auto type = mlir::RankedTensorType::get({int64_t(narrow.size())}, compose.getF32Type());
    return graph::makeConstant(compose, compose.getLoc(), type,
                               {reinterpret_cast<const char *>(narrow.data()), narrow.size() * sizeof(float)});
  };
  Value offset = parameter("offset", 0), scale = parameter("scale", 1);
  return offset && scale ? Results(compose.mul(compose.sub(x, offset), scale)) : Failure();
}
