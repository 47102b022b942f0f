#include "compiler/frontend/onnx/Random.h"
#include "compiler/frontend/InputOptions.h"
#include "llvm/ADT/bit.h"

namespace wasmind::onnx {

graph::Draw draw(Node &node, const Extents &shape) {
  Compose &b = node.compose();
  const Type word = b.getIntegerType(32, false);
  uint64_t key = node.seed().value_or(0);
  if (node.has("seed"))
    key = llvm::bit_cast<uint32_t>(float(node.real("seed")));
  else if (!node.seed())
    node.fail(noSeed);
  return {b, b.scalar(word, uint32_t(key)), b.scalar(word, uint32_t(key >> 32)), shape};
}

Results drawNumbers(Node &node, bool isLike, llvm::function_ref<Value(graph::Draw &, Type)> numbers) {
  Compose &b = node.compose();
  Extents shape = isLike ? b.extentsOf(node.input(0)) : b.expressions(node.integers("shape"));
  std::optional<Type> type = Type(b.getF32Type());
  if (node.has("dtype"))
    type = node.elementType(node.integer("dtype"));
  else if (isLike)
    type = b.elementOf(node.input(0));
  if (!type)
    return Failure();
  if (!mlir::isa<mlir::FloatType>(*type))
    return node.fail("draws floats, not " + node.text(mlir::RankedTensorType::get({}, *type)) + "; set dtype");
  for (AffineExpr extent : shape)
    if (!node.require(extent, "an extent of its shape is negative"))
      return Failure();
  graph::Draw drawn = draw(node, shape);
  return numbers(drawn, *type);
}

Results drawNormal(Node &node, bool isLike) {
  return drawNumbers(node, isLike, [&](graph::Draw &draw, Type type) {
    Compose &b = node.compose();
    Value normal = draw.normal(type);
    return b.add(b.mul(normal, b.scalarLike(normal, node.real("scale", 1))), b.scalarLike(normal, node.real("mean")));
  });
}

Results drawUniform(Node &node, bool isLike) {
  return drawNumbers(node, isLike, [&](graph::Draw &draw, Type type) {
    Compose &b = node.compose();
    const double low = node.real("low"), high = node.real("high", 1);
    Value uniform = draw.uniform(type);
    return b.add(b.mul(uniform, b.scalarLike(uniform, high - low)), b.scalarLike(uniform, low));
  });
}

std::pair<Value, Value> dropOut(Node &node, Value x, Value ratio, Value trains) {
  Compose &b = node.compose();
  const Type real = b.elementOf(x).isF64() ? Type(b.getF64Type()) : Type(b.getF32Type());
  ratio = b.cast(ratio, real);
  Value uniform = draw(node, b.extentsOf(x)).uniform(real);
  Value keeps = b.compare(CompareKind::GreaterEqual, uniform, ratio);
  Value one = b.scalarLike(ratio, 1), kept = b.sub(one, ratio);
  // Of a ratio of 1, nothing is kept that could be divided.
  kept = b.select(b.compare(CompareKind::Greater, kept, b.scalarLike(kept, 0)), kept, one);
  Value scaled = b.cast(b.div(b.cast(x, real), kept), b.elementOf(x));
  Value dropped = b.select(keeps, scaled, b.scalarLike(scaled, 0));
  if (!trains)
    return {dropped, keeps};
  return {b.select(trains, dropped, x), b.binary(BinaryKind::Or, keeps, b.unary(UnaryKind::Not, trains))};
}

} // namespace wasmind::onnx
