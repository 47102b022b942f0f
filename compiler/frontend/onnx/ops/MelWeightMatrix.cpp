#include "compiler/frontend/onnx/Operator.h"
#include <cmath>

// [dft_length / 2 + 1, num_mel_bins]: triangles whose corners are the bins of num_mel_bins + 2 frequencies, evenly
// spaced on the mel scale (2595 log10(1 + hertz / 700)).
WASMIND_ONNX_OPERATOR(MelWeightMatrix) {
  Compose &compose = node.compose();
  auto element = node.elementType(node.integer("output_datatype", /*float*/ 1));
  if (!element)
    return Failure();
  const Type real = compose.getF64Type(), integer = compose.getI64Type();
  Value inputs[5];
  for (unsigned i = 0; i < 5; ++i)
    if (!(inputs[i] = compose.reshape(node.input(i), Integers())))
      return node.fail("input " + llvm::Twine(i) + " must be a scalar");
  auto number = [&](double value) { return compose.scalar(real, value); };
  auto wide = [&](Value x) { return compose.cast(x, integer); };
  Value length = wide(inputs[1]);
  auto columns = node.extentOf(wide(inputs[0]), 0, 1);
  auto rows =
      node.extentOf(compose.add(compose.div(length, compose.scalar(integer, 2)), compose.scalar(integer, 1)), 0, 0);
  if (!columns || !rows)
    return Failure();
  auto iota = [&](AffineExpr extent, Type type) -> Value {
    return graph::IotaOp::create(compose, compose.getLoc(), graph::makeTensorType({extent}, type), 0);
  };
  constexpr double perMel = 1 / 2595.0;
  const double ln10 = std::log(10.0);
  auto melOf = [&](Value hertz) {
    Value ratio = compose.add(compose.div(compose.cast(hertz, real), number(700)), number(1));
    return compose.mul(compose.unary(UnaryKind::Log, ratio), number(2595 / ln10));
  };
  Value low = melOf(inputs[3]), high = melOf(inputs[4]);
  const AffineExpr points = *columns + 2;
  Value step = compose.div(compose.sub(high, low), compose.cast(compose.extent(points), real));
  Value mels = compose.add(compose.mul(iota(points, real), step), low);
  Value hertz = compose.mul(
      compose.sub(compose.unary(UnaryKind::Exp, compose.mul(mels, number(perMel * ln10))), number(1)), number(700));
  Value scaled = compose.mul(compose.cast(compose.add(length, compose.scalar(integer, 1)), real), hertz);
  Value bins = compose.unary(UnaryKind::Floor, compose.div(scaled, compose.cast(inputs[2], real)));
  auto corner = [&](int64_t i) { return compose.sliceDim(bins, 0, compose.getAffineConstantExpr(i), *columns); };
  Value left = corner(0), centre = corner(1), right = corner(2);
  Value bin = compose.unsqueeze(iota(*rows, real), {1});
  auto between = [&](Value from, Value x, CompareKind below, Value to) {
    return compose.binary(BinaryKind::And, compose.compare(CompareKind::GreaterEqual, x, from),
                          compose.compare(below, x, to));
  };
  // Both slopes have the value 1 at the centre; a slope of no width is that alone.
  Value rise = compose.sub(centre, left), fall = compose.sub(right, centre);
  Value isFlat = compose.compare(CompareKind::Equal, rise, number(0));
  Value up = compose.select(isFlat, number(1), compose.div(compose.sub(bin, left), compose.maximum(rise, number(1))));
  Value down = compose.div(compose.sub(right, bin), compose.maximum(fall, number(1)));
  Value weights = compose.select(between(left, bin, CompareKind::LessEqual, centre), up, number(0));
  weights = compose.select(between(centre, bin, CompareKind::Less, right), down, weights);
  return compose.cast(weights, *element);
}
