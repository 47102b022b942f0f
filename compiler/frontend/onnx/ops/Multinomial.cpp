#include "compiler/frontend/onnx/Random.h"

// Classes, drawn with replacement from rows of their logarithmic weights.
WASMIND_ONNX_OPERATOR(Multinomial) {
  Compose &b = node.compose();
  Value logits = node.input(0);
  if (node.rank(logits) != 2)
    return node.fail("the input must have rank 2");
  auto type = node.elementType(node.integer("dtype", 6));
  if (!type)
    return Failure();
  Value weights = b.softmax(b.elementOf(logits).isF64() ? logits : b.cast(logits, b.getF32Type()), {-1});
  const Extents shape = b.extentsOf(logits);
  const int64_t count = node.integer("sample_size", 1);
  if (count < 0 || !node.require(shape[1] - 1, "draws from no classes"))
    return node.fail("draws " + llvm::Twine(count) + " classes");
  graph::Draw drawn = draw(node, {shape[0], b.getAffineConstantExpr(count)});
  return b.cast(drawn.classes(weights), *type);
}
