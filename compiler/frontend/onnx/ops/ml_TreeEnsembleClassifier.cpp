#include "compiler/frontend/onnx/Trees.h"

// Labels (the class of the highest score) and scores [rows, classes].
WASMIND_ONNX_OPERATOR(ml_TreeEnsembleClassifier) {
  Compose &compose = node.compose();
  const Integers labels = node.integers("classlabels_int64s");
  if (labels.empty())
    return node.fail("string labels are not supported; use classlabels_int64s");
  const int64_t classes = labels.size();
  const Integers ids = node.integers("class_ids");
  // Two classes with weights of one alone: a positive score stands for the second.
  const bool isBinary = classes == 2 && !ids.empty() && llvm::all_equal(ids);
  Value scores = evaluateTrees(node, "class", classes, ReduceKind::Sum, /*average=*/false);
  if (!scores)
    return Failure();
  auto base = node.reals("base_values");
  Value hot;
  if (isBinary) {
    Value score =
        compose.sliceDim(scores, 1, compose.getAffineConstantExpr(ids.front()), compose.getAffineConstantExpr(1));
    if (!base.empty())
      score = compose.add(score, compose.scalarLike(score, base.size() == 2 ? base[1] : base[0]));
    const std::string transform = node.string("post_transform", "NONE");
    const bool isLogistic = transform == "LOGISTIC";
    if (!isLogistic && transform != "NONE")
      return node.fail("attribute 'post_transform' = '" + transform +
                       "' with one score for two classes is not supported");
    const auto weights = node.reals("class_weights");
    const bool areProbabilities = llvm::all_of(weights, [](double weight) { return weight >= 0; });
    hot = compose.compare(CompareKind::Greater, score,
                          compose.scalarLike(score, areProbabilities && !isLogistic ? 0.5 : 0.0));
    if (isLogistic)
      score = compose.sigmoid(score);
    Value other = isLogistic || areProbabilities ? compose.sub(compose.scalarLike(score, 1), score)
                                                 : compose.unary(UnaryKind::Neg, score);
    scores = compose.concat(mlir::ValueRange{other, score}, 1);
    hot = compose.cast(compose.squeeze(hot, {1}), compose.getI64Type());
  } else {
    if (!base.empty()) {
      if (int64_t(base.size()) != classes)
        return node.fail("attribute 'base_values' has " + llvm::Twine(base.size()) + " entries for " +
                         llvm::Twine(classes) + " classes");
      llvm::SmallVector<float> narrow(base.begin(), base.end());
      auto type = mlir::RankedTensorType::get({1, classes}, compose.getF32Type());
      scores = compose.add(
          scores, graph::makeConstant(compose, compose.getLoc(), type,
                                      {reinterpret_cast<const char *>(narrow.data()), narrow.size() * sizeof(float)}));
    }
    hot = compose.argReduce(ReduceKind::Max, scores, 1, /*keepDims=*/false);
    scores = postTransform(node, scores);
  }
  return {compose.gather(graph::makeIntegers(compose, compose.getLoc(), labels), hot, 0), scores};
}
