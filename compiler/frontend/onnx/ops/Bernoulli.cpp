#include "compiler/frontend/onnx/Random.h"

// 1 with the probability that the input says. The function body of the schema draws 0 with it.
WASMIND_ONNX_OPERATOR(Bernoulli) {
  Compose &b = node.compose();
  Value p = node.input(0);
  auto type = node.has("dtype") ? node.elementType(node.integer("dtype")) : std::optional(b.elementOf(p));
  if (!type)
    return Failure();
  Value uniform =
      draw(node, b.extentsOf(p)).uniform(b.elementOf(p).isF64() ? Type(b.getF64Type()) : Type(b.getF32Type()));
  return b.cast(b.compare(CompareKind::Less, uniform, b.cast(p, b.elementOf(uniform))), *type);
}
