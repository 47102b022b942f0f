#include "compiler/frontend/onnx/ControlFlow.h"
#include "compiler/frontend/onnx/ResamplingFormulas.h"

namespace wasmind::onnx {

Value resampleByValues(Node &node, const Resampling &how, Value x, int64_t dim, AffineExpr out,
                       const std::optional<Amount> &scale, const Amount &roiStart, const Amount &roiEnd) {
  Compose &compose = node.compose();
  const AffineExpr inExtent = compose.extentsOf(x)[dim];
  if (!node.require(out, "a size of '" + node.text(out) + "'") ||
      !node.require(inExtent * graph::extentLimit - out,
                    "resizing axis " + llvm::Twine(dim) + ", which has no elements"))
    return {};
  const Type real = compose.getF32Type(), integer = compose.getI64Type();
  auto line = [&](Value value) { return Real{&compose, compose.reshape(compose.cast(value, real), Integers{1})}; };
  auto amount = [&](const Amount &amount) {
    return line(amount.known ? compose.scalar(real, *amount.known) : amount.computed);
  };
  const Real in = line(compose.extent(inExtent)), outs = line(compose.extent(out)), last = in - 1.0f;
  const Real factor = scale ? amount(*scale) : outs / in;
  const Real place{&compose, graph::IotaOp::create(compose, compose.getLoc(), graph::makeTensorType(out, real), 0)};
  const Real source = sourceOf(how, place, in, outs, factor, amount(roiStart), amount(roiEnd));
  auto elementsAt = [&](Value from, const Real &at) {
    Value inside = compose.minimum(compose.maximum(at.value, at.number(0).value), last.value);
    return compose.gather(from, compose.cast(inside, integer), dim);
  };
  // One number per element of the result's dimension, against the result.
  auto along = [&](Value values) {
    Extents shape(node.rank(x), compose.getAffineConstantExpr(1));
    shape[dim] = compose.extentsOf(values)[0];
    return compose.reshape(values, shape);
  };

  Value result;
  const Type element = compose.elementOf(x);
  if (how.mode == "nearest") {
    result = elementsAt(x, nearestTo(how, source));
  } else {
    Value wide = mlir::isa<mlir::FloatType>(element) ? x : compose.cast(x, compose.getF32Type());
    const Type wideElement = compose.elementOf(wide);
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
      return std::pair(weight, compose.mul(elementsAt(wide, at), along(compose.cast(weight.value, wideElement))));
    };
    std::optional<Real> total;
    Value sum;
    if (how.antialias) {
      Value taps = compose.reshape(compose.cast((half * 2.0f).value, integer), Integers());
      Extents shape = compose.extentsOf(x);
      shape[dim] = out;
      auto sums = emitLoop(
          node, taps, Value(), AffineExpr(), {compose.splat(shape, wideElement, 0), compose.splat({out}, real, 0)},
          [&](Value iteration, llvm::ArrayRef<Value> carried) -> std::optional<Iteration> {
            auto [weight, part] = tapAt(first + line(iteration));
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
      sum = compose.div(
          sum, along(compose.cast(compose.select(isNothing, total->number(1).value, total->value), wideElement)));
    }
    // Integers are rounded towards zero, as a cast does.
    result = compose.cast(sum, element);
  }
  if (how.crops()) {
    Value inside = compose.binary(BinaryKind::And, 0.0f <= source, source <= last);
    result = compose.select(along(inside), result, compose.scalarLike(result, how.extrapolation));
  }
  return result;
}

} // namespace wasmind::onnx
