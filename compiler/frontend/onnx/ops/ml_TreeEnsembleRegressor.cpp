#include "compiler/frontend/onnx/Trees.h"

WASMIND_ONNX_OPERATOR(ml_TreeEnsembleRegressor) {
  Compose &compose = node.compose();
  const std::string function = node.string("aggregate_function", "SUM");
  const bool isSum = function == "SUM" || function == "AVERAGE";
  if (!isSum && function != "MIN" && function != "MAX")
    return node.fail("attribute 'aggregate_function' = '" + function + "' is not one of SUM, AVERAGE, MIN, MAX");
  const int64_t targets = node.integer("n_targets", 1);
  Value scores = evaluateTrees(node, "target", targets,
                               isSum               ? ReduceKind::Sum
                               : function == "MAX" ? ReduceKind::Max
                                                   : ReduceKind::Min,
                               function == "AVERAGE");
  auto base = node.reals("base_values");
  if (scores && !base.empty()) {
    if (int64_t(base.size()) != targets)
      return node.fail("attribute 'base_values' has " + llvm::Twine(base.size()) + " entries for " +
                       llvm::Twine(targets) + " targets");
    llvm::SmallVector<float> narrow(base.begin(), base.end());
    auto type = mlir::RankedTensorType::get({1, targets}, compose.getF32Type());
    scores = compose.add(
        scores, graph::makeConstant(compose, compose.getLoc(), type,
                                    {reinterpret_cast<const char *>(narrow.data()), narrow.size() * sizeof(float)}));
  }
  return postTransform(node, scores);
}
