#include "compiler/frontend/onnx/Trees.h"

WASMIND_ONNX_OPERATOR(ml_TreeEnsemble) {
  enum { Average, Sum, Min, Max };
  constexpr llvm::StringLiteral transforms[] = {"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"};
  const int64_t function = node.integer("aggregate_function", Sum), transform = node.integer("post_transform");
  if (function < Average || function > Max)
    return node.fail("attribute 'aggregate_function' = " + llvm::Twine(function));
  if (transform < 0 || transform >= int64_t(std::size(transforms)))
    return node.fail("attribute 'post_transform' = " + llvm::Twine(transform));
  Value scores = evaluateForest(node, node.integer("n_targets", 1),
                                function == Max   ? ReduceKind::Max
                                : function == Min ? ReduceKind::Min
                                                  : ReduceKind::Sum,
                                function == Average);
  return postTransform(node, scores, transforms[transform]);
}
