#include "compiler/frontend/onnx/ControlFlow.h"
#include "compiler/frontend/onnx/ResamplingFormulas.h"

namespace wasmind::onnx {
namespace {

/// Coordinates along one dimension as the run computes them.
struct Line {
  Node &node;
  Compose &compose;
  Value x;
  const ResampledDim &to;
  Real in, last, factor, source;

  static std::optional<Line> of(Node &node, const Resampling &how, Value x, const ResampledDim &to) {
    Compose &compose = node.compose();
    const AffineExpr inExtent = compose.extentsOf(x)[to.dim];
    if (!node.require(to.out, "a size of '" + node.text(to.out) + "'") ||
        !node.require(inExtent * graph::extentLimit - to.out,
                      "resizing axis " + llvm::Twine(to.dim) + ", which has no elements"))
      return std::nullopt;
    const Type real = compose.getF32Type();
    auto number = [&](Value value) { return Real{&compose, compose.reshape(compose.cast(value, real), Integers{1})}; };
    auto amount = [&](const Amount &amount) {
      return number(amount.known ? compose.scalar(real, *amount.known) : amount.computed);
    };
    const Real in = number(compose.extent(inExtent)), outs = number(compose.extent(to.out));
    const Real factor = to.scale ? amount(*to.scale) : outs / in;
    const Real place{&compose,
                     graph::IotaOp::create(compose, compose.getLoc(), graph::makeTensorType(to.out, real), 0)};
    return Line{
        node, compose,   x,      to,
        in,   in - 1.0f, factor, sourceOf(how, place, in, outs, factor, amount(to.roiStart), amount(to.roiEnd))};
  }

  Real inside(const Real &at) const {
    return at.with(compose.minimum(compose.maximum(at.value, at.number(0).value), last.value));
  }
  Value indicesAt(const Real &at) const { return compose.cast(inside(at).value, compose.getI64Type()); }
  Value elementsAt(Value from, const Real &at) const { return compose.gather(from, indicesAt(at), to.dim); }
  /// One number per element of the result's dimension, against the result.
  Value along(Value values) const {
    Extents shape(node.rank(x), compose.getAffineConstantExpr(1));
    shape[to.dim] = compose.extentsOf(values)[0];
    return compose.reshape(values, shape);
  }
};

} // namespace

Value insideByValues(Node &node, const Resampling &how, Value x, const ResampledDim &to) {
  const auto line = Line::of(node, how, x, to);
  if (!line)
    return {};
  return line->along(node.compose().binary(BinaryKind::And, 0.0f <= line->source, line->source <= line->last));
}

std::optional<Compose::Neighbours> neighboursByValues(Node &node, const Resampling &how, Value x,
                                                      const ResampledDim &to) {
  const auto line = Line::of(node, how, x, to);
  if (!line)
    return std::nullopt;
  const Real position = line->inside(line->source), low = line->inside(floor(line->source));
  Value isLast = line->last <= low;
  const Real part = choose(isLast, position.number(0.5f), position - low);
  auto weight = [&](const Real &number) {
    return line->along(node.compose().cast(number.value, node.compose().elementOf(x)));
  };
  return Compose::Neighbours{
      to.dim, {line->indicesAt(low), line->indicesAt(low + 1.0f)}, {weight(1.0f - part), weight(part)}};
}

Value resampleByValues(Node &node, const Resampling &how, Value x, const ResampledDim &to) {
  const auto line = Line::of(node, how, x, to);
  if (!line)
    return {};
  Compose &compose = node.compose();
  const auto &[owner, builder, from, dimension, in, last, factor, source] = *line;
  if (how.mode == "nearest")
    return line->elementsAt(x, nearestTo(how, source));
  const Type real = compose.getF32Type(), element = compose.elementOf(x);
  const int64_t count = how.mode == "cubic" ? 4 : 2;
  // Antialiasing stretches the filter when shrinking, over more elements than `count`.
  const Real stretch = how.antialias ? choose(factor <= 1.0f, factor, 1.0f) : factor.number(1);
  Real half = ceil(float(count / 2) / stretch);
  half = choose(half <= 2.0f * in + 2.0f, half, 2.0f * in + 2.0f);
  const Real first = floor(source) - (how.antialias ? half : half.number(float(count / 2))) + 1.0f;
  auto tapAt = [&](const Real &at) {
    Real weight = weightAt(how, (at - source) * stretch);
    if (how.excludeOutside)
      weight = choose(compose.binary(BinaryKind::And, 0.0f <= at, at <= last), weight, 0.0f);
    return std::pair(weight, compose.mul(line->elementsAt(x, at), line->along(compose.cast(weight.value, element))));
  };
  std::optional<Real> total;
  Value sum;
  if (how.antialias) {
    Value taps = compose.reshape(compose.cast((half * 2.0f).value, compose.getI64Type()), Integers());
    Extents shape = compose.extentsOf(x);
    shape[to.dim] = to.out;
    auto sums = emitLoop(
        node, taps, Value(), AffineExpr(), {compose.splat(shape, element, 0), compose.splat({to.out}, real, 0)},
        [&](Value iteration, llvm::ArrayRef<Value> carried) -> std::optional<Iteration> {
          const Real at{&compose, compose.reshape(compose.cast(iteration, real), Integers{1})};
          auto [weight, part] = tapAt(first + at);
          return Iteration{Value(), {compose.add(carried[0], part), compose.add(carried[1], weight.value)}, {}};
        });
    if (!sums)
      return {};
    sum = (*sums)[0];
    total.emplace(Real{&compose, (*sums)[1]});
  } else {
    for (int64_t i = 0; i < count; ++i) {
      auto [weight, part] = tapAt(first + float(i));
      sum = sum ? compose.add(sum, part) : part;
      total.emplace(total ? *total + weight : weight);
    }
  }
  if (how.antialias || how.excludeOutside) {
    Value isNothing = compose.compare(CompareKind::Equal, total->value, total->number(0).value);
    Value divisor = compose.select(isNothing, total->number(1).value, total->value);
    sum = compose.div(sum, line->along(compose.cast(divisor, element)));
  }
  return sum;
}

} // namespace wasmind::onnx
