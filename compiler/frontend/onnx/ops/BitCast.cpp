#include "compiler/frontend/onnx/Operator.h"

// The bits of x as another element type of the same width.
WASMIND_ONNX_OPERATOR(BitCast) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  auto to = node.elementType(node.integer("to"));
  if (!to)
    return Failure();
  const Type from = compose.elementOf(x);
  if (graph::byteWidth(from) != graph::byteWidth(*to))
    return node.fail("its element types have different widths");
  auto isFloat = [](Type type) { return mlir::isa<mlir::FloatType>(type); };
  if (from == *to)
    return x;
  if (!isFloat(from) && !isFloat(*to)) // integers of one width wrap
    return compose.cast(x, *to);
  if (graph::byteWidth(from) == 2)
    return node.fail(
        "the bits of 16-bit floats are not supported, only those of f32 and f64; they are computed in f32");
  const Type integer = compose.getIntegerType(8 * graph::byteWidth(from)); // signless
  if (isFloat(from))
    return compose.cast(compose.unary(UnaryKind::Bits, x), *to);
  return compose.unary(UnaryKind::Bits, compose.cast(x, integer));
}
