#include "compiler/frontend/mindir/Random.h"
#include "abi/Signature.h"
#include "compiler/frontend/InputOptions.h"
#include "compiler/frontend/mindir/Fill.h"
#include "compiler/graph/Folding.h"

using namespace llvm;
namespace wasmind::mindir {

Extents shapeOf(Node &node, Value x) { return x && !node.failed() ? node.compose.extentsOf(x) : Extents(); }

/// The shape of a draw, which must be that of a tensor: a single number where it is none.
static Extents checkedShape(Node &node, const Extents &shape) {
  if (shape.size() > abi::maxRank)
    node.fail("draws a tensor of rank " + Twine(shape.size()) + ", more than " + Twine(abi::maxRank));
  if (node.failed())
    return {};
  for (AffineExpr extent : shape)
    node.expectAtLeast(extent, 0, "a draw of random numbers");
  if (!node.failed() && !node.compose.splat(shape, node.compose.getI1Type(), 0))
    node.fail("draws too many numbers");
  return node.failed() ? Extents() : shape;
}

graph::Draw draw(Node &node, const Extents &shape, StringRef seed, StringRef seed2, unsigned i, int64_t none) {
  Compose &b = node.compose;
  const Type word = b.getIntegerType(32, false);
  int64_t low = node.integer(seed, i, none), high = node.integer(seed2, i == Node::none ? i : i + 1, 0);
  if (low == none && high == 0) {
    if (!node.seed())
      node.fail(noSeed);
    low = node.seed().value_or(0) & UINT32_MAX;
    high = node.seed().value_or(0) >> 32;
  }
  return {b, b.scalar(word, uint32_t(low)), b.scalar(word, uint32_t(high)), checkedShape(node, shape)};
}

graph::Draw drawOfGenerator(Node &node, const Extents &shape, unsigned i) {
  if (!node.has(i))
    return draw(node, shape, "seed", "offset");
  Compose &b = node.compose;
  const Type word = b.getIntegerType(32, false), both = b.getIntegerType(64, false);
  Value seed = oneElement(node, node.tensor(i), "the seed");
  seed = seed ? b.cast(seed, both) : b.scalar(both, 0);
  Value high = b.binary(BinaryKind::ShiftRight, seed, b.scalarLike(seed, 32));
  return {b, b.cast(seed, word), b.cast(high, word), checkedShape(node, shape)};
}

Operand drawShape(Node &node, function_ref<Value(graph::Draw &, Type)> numbers) {
  Extents shape = node.extents("shape", 0);
  Type type = node.declaredElement();
  graph::Draw drawn = draw(node, shape);
  return node.failed() ? Value() : numbers(drawn, type ? type : Type(node.compose.getF32Type()));
}

Operand drawByGenerator(Node &node, bool isLike, function_ref<Value(graph::Draw &, Type)> numbers) {
  Value x = isLike ? node.tensor(0) : Value();
  Extents shape = isLike ? shapeOf(node, x) : node.extents("shape", 0);
  Type type = node.dtype("dtype", 3);
  if (!type)
    type = node.declaredElement() ? node.declaredElement() : isLike ? node.element(x) : node.compose.getF32Type();
  if (!node.failed() && !mlir::isa<mlir::FloatType>(type))
    return node.fail("draws floats, not integers");
  graph::Draw drawn = drawOfGenerator(node, shape, 1);
  return node.failed() ? Value() : numbers(drawn, type);
}

Value isDrawn(Compose &b, graph::Draw draw, Value probability) {
  if (!probability)
    return {};
  const bool isDouble = b.elementOf(probability).isF64();
  Value uniform = draw.uniform(isDouble ? Type(b.getF64Type()) : Type(b.getF32Type()));
  return b.compare(CompareKind::Less, uniform, b.cast(probability, b.elementOf(uniform)));
}

Operand dropOut(Node &node, const Extents &shape, function_ref<graph::Draw()> draw, Value x, double keep) {
  Compose &b = node.compose;
  if (!node.isFloat(x))
    return node.fail("takes floats");
  if (!(keep >= 0 && keep <= 1))
    return node.fail("a probability of " + std::to_string(keep));
  if (keep == 0 || keep == 1)
    return Operand::tuple(
        {keep == 0 ? b.splat(b.extentsOf(x), b.elementOf(x), 0) : x, b.splat(shape, b.getI1Type(), keep)});
  graph::Draw drawn = draw();
  if (node.failed())
    return {};
  Value mask = isDrawn(b, drawn, b.scalar(b.getF32Type(), keep));
  return Operand::tuple({b.select(mask, b.mul(x, b.scalarLike(x, 1 / keep)), b.scalarLike(x, 0)), mask});
}

Operand dropChannels(Node &node) {
  Value x = node.tensor(0);
  const double keep = node.number("keep_prob", Node::none, 0.5);
  if (node.failed() || node.rank(x) < 2)
    return node.fail("takes images with channels");
  Compose &b = node.compose;
  Extents channels = b.extentsOf(x);
  std::fill(channels.begin() + 2, channels.end(), b.getAffineConstantExpr(1));
  Operand result = dropOut(node, channels, [&] { return draw(node, channels); }, x, keep);
  if (node.failed())
    return {};
  return Operand::tuple({result.elements()[0], b.broadcastTo(result.elements()[1].tensor, b.extentsOf(x))});
}

Operand dropByGenerator(Node &node, const Extents &shape, unsigned seed) {
  Value x = node.tensor(0);
  const double p = node.number("p", 1);
  if (node.failed())
    return {};
  Operand result = dropOut(node, shape, [&] { return drawOfGenerator(node, shape, seed); }, x, 1 - p);
  return node.failed() ? Operand() : result.elements()[0];
}

Value drawBetween(Node &node, graph::Draw draw, Value low, Value high) {
  low = oneElement(node, low, "the lower end");
  high = oneElement(node, high, "the upper end");
  if (node.failed())
    return {};
  auto first = graph::constantIntegers(low, 1), last = graph::constantIntegers(high, 1);
  if (first && last && first->front() >= last->front())
    node.fail("draws integers from " + Twine(first->front()) + " to below " + Twine(last->front()));
  return node.failed() ? Value() : draw.between(low, high);
}

Operand drawIntegers(Node &node, const Extents &shape, Value low, Value high, unsigned seed, Type type) {
  graph::Draw drawn = drawOfGenerator(node, shape, seed);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  auto whole = [&](Value end) { // constants stay constants
    Value wide = b.cast(end, b.getI64Type());
    Value constant = wide && wide != end ? graph::foldToConstant(b, wide.getDefiningOp()) : Value();
    return constant ? constant : wide;
  };
  Value numbers = drawBetween(node, drawn, whole(low), whole(high));
  return b.cast(numbers, type ? type : Type(b.getI64Type()));
}

Operand drawPermutation(Node &node, function_ref<graph::Draw(const Extents &)> draw) {
  Extents count = node.extents("n", 0);
  Type type = node.dtype("dtype", 3);
  graph::Draw drawn = draw(count);
  if (!type)
    type = node.declaredElement() ? node.declaredElement() : node.compose.getI64Type();
  return node.failed() ? Value() : node.compose.cast(drawn.permutation(), type);
}

Operand normalAround(Node &node, std::optional<Extents> shape, unsigned seed) {
  Value mean = node.tensor(0), deviation = node.tensor(1);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  Type type = node.declaredElement();
  for (Value each : {mean, deviation})
    if (!type && node.isFloat(each) && node.rank(each) > 0)
      type = node.element(each);
  type = type ? type : Type(b.getF32Type());
  mean = b.cast(mean, type);
  deviation = b.cast(deviation, type);
  Value both = shape ? Value() : b.add(mean, deviation);
  if (!shape && !both)
    return node.fail("mean and deviation do not fit together");
  graph::Draw drawn = drawOfGenerator(node, shape ? *shape : b.extentsOf(both), seed);
  return node.failed() ? Value() : b.add(mean, b.mul(deviation, drawn.normal(type)));
}

Value drawClasses(Node &node, Value weights, AffineExpr count, function_ref<graph::Draw(const Extents &)> draw) {
  Compose &b = node.compose;
  if (node.failed() || !weights)
    return {};
  if (node.rank(weights) < 1) {
    node.fail("takes classes with weights");
    return {};
  }
  if (!node.isFloat(weights) || !node.element(weights).isF64())
    weights = b.cast(weights, b.getF32Type());
  Extents shape = b.extentsOf(weights);
  node.expectAtLeast(shape.back(), 1, "a draw");
  shape.back() = count;
  graph::Draw drawn = draw(shape);
  if (node.failed())
    return {};
  return drawn.classes(weights);
}

} // namespace wasmind::mindir
