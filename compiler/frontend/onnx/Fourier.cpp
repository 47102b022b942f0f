//===- Fourier.cpp - discrete Fourier transforms as products with matrices ----------------------------------------===//
//
// The matrix of n inputs and k outputs has entries exp(-2 pi i n k / length), as pairs of a cosine and a sine. It is a
// constant where its extents are known and it is small; else it is computed in every run, from the fractions of a turn
// n k / length in f64, which are exact enough for any length.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/onnx/Fourier.h"
#include <cmath>
#include <numbers>

namespace wasmind::onnx {
namespace {

constexpr int64_t constantLimit = 1 << 18; // elements of a matrix that is a constant

// [inputs, parts of an input, outputs, parts of an output].
Value constantMatrix(Compose &compose, int64_t inputs, int64_t parts, int64_t outputs, int64_t results, int64_t length,
                     bool inverse, bool halves, Type element) {
  const unsigned width = graph::byteWidth(element);
  std::vector<char> bytes(inputs * parts * outputs * results * width);
  char *at = bytes.data();
  for (int64_t n = 0; n < inputs; ++n)
    for (int64_t part = 0; part < parts; ++part)
      for (int64_t k = 0; k < outputs; ++k)
        for (int64_t result = 0; result < results; ++result, at += width) {
          const double turn = double(n * k % length) / double(length) * (inverse ? 1 : -1);
          // (re + i im) (cos + i sin): re gives cos and sin, im gives -sin and cos.
          const double cosine = std::cos(2 * std::numbers::pi * turn), sine = std::sin(2 * std::numbers::pi * turn);
          double value = part == result ? cosine : part == 0 ? sine : -sine;
          if (halves && n != 0 && 2 * n != length)
            value *= 2; // for the conjugate that is left out
          graph::storeDouble(element, inverse ? value / double(length) : value, at);
        }
  auto type = mlir::RankedTensorType::get({inputs * parts, outputs * results}, element);
  return graph::makeConstant(compose, compose.getLoc(), type, std::move(bytes));
}

Value computedMatrix(Compose &compose, AffineExpr inputs, int64_t parts, AffineExpr outputs, int64_t results,
                     AffineExpr length, bool inverse, bool halves, Type element) {
  const Type real = compose.getF64Type();
  const AffineExpr one = compose.getAffineConstantExpr(1);
  auto number = [&](double value) { return compose.scalar(real, value); };
  auto iota = [&](AffineExpr extent, Extents shape) {
    Value line = graph::IotaOp::create(compose, compose.getLoc(), graph::makeTensorType({extent}, real), 0);
    return compose.reshape(line, shape);
  };
  Value count = compose.cast(compose.extent(length), real), n = iota(inputs, {inputs, one});
  Value turn = compose.div(compose.mul(n, iota(outputs, {one, outputs})), count);
  // Within half a turn of zero, and both functions as sines within a quarter: exact at every quarter of a turn.
  turn = compose.sub(turn, compose.unary(UnaryKind::Round, turn));
  Value distance = compose.unary(UnaryKind::Abs, turn);
  auto sineOf = [&](Value turn) {
    Value angle = compose.mul(turn, number(2 * std::numbers::pi));
    return compose.unary(UnaryKind::Sin, compose.cast(angle, element));
  };
  Value cosine = sineOf(compose.sub(number(0.25), distance));
  Value sine = sineOf(
      compose.mul(compose.unary(UnaryKind::Sign, turn), compose.minimum(distance, compose.sub(number(0.5), distance))));
  if (!inverse)
    sine = compose.unary(UnaryKind::Neg, sine);
  if (inverse) {
    Value scale = compose.div(number(1), count);
    if (halves) {
      Value isAlone = compose.binary(BinaryKind::Or, compose.compare(CompareKind::Equal, n, number(0)),
                                     compose.compare(CompareKind::Equal, compose.mul(n, number(2)), count));
      scale = compose.mul(scale, compose.select(isAlone, number(1), number(2)));
    }
    scale = compose.cast(scale, element);
    cosine = compose.mul(cosine, scale);
    sine = compose.mul(sine, scale);
  }
  auto pair = [&](Value a, Value b) {
    a = compose.unsqueeze(a, {2});
    return results == 1 ? a : compose.concat({a, compose.unsqueeze(b, {2})}, 2);
  };
  Value matrix = compose.unsqueeze(pair(cosine, sine), {1});
  if (parts == 2)
    matrix = compose.concat({matrix, compose.unsqueeze(pair(compose.unary(UnaryKind::Neg, sine), cosine), {1})}, 1);
  return compose.reshape(matrix, {inputs * parts, outputs * results});
}

} // namespace

Value transform(Node &node, const Fourier &fourier, Value x, Value window) {
  Compose &compose = node.compose();
  const int64_t rank = node.rank(x), dim = rank - 2;
  const Type given = compose.elementOf(x), element = given.isF64() ? given : compose.getF32Type();
  const int64_t parts = *node.staticExtent(x, rank - 1);
  const AffineExpr half = fourier.length.floorDiv(2) + 1;
  const bool halves = fourier.inverse && fourier.onesided;
  auto range = node.rangeOf(graph::AxisSlice{compose.getAffineConstantExpr(0), halves ? half : fourier.length}, x, dim);
  if (!range)
    return {};
  const AffineExpr inputs = range->count, outputs = fourier.onesided && !fourier.inverse ? half : fourier.length;
  x = compose.cast(compose.sliceDim(x, dim, compose.getAffineConstantExpr(0), inputs), element);
  if (!x)
    return {};
  const int64_t results = halves ? 1 : 2;

  auto n = graph::constantOf(inputs), k = graph::constantOf(outputs), length = graph::constantOf(fourier.length);
  const bool isConstant =
      n && k && length && *n <= constantLimit && *k <= constantLimit && *n * parts * *k * results <= constantLimit;
  Value matrix = isConstant ? constantMatrix(compose, *n, parts, *k, results, *length, fourier.inverse, halves, element)
                            : computedMatrix(compose, inputs, parts, outputs, results, fourier.length, fourier.inverse,
                                             halves, element);
  if (window) { // of the matrix's rows, of which there are fewer than of x
    window = compose.unsqueeze(compose.cast(window, element), {1});
    const AffineExpr rows = inputs * parts;
    matrix =
        compose.mul(matrix, compose.reshape(compose.broadcastTo(window, {inputs, compose.getAffineConstantExpr(parts)}),
                                            {rows, compose.getAffineConstantExpr(1)}));
  }
  Extents shape(llvm::drop_end(compose.extentsOf(x), 2));
  Extents rows(shape);
  rows.push_back(inputs * parts);
  Value result = compose.matmul(compose.reshape(x, rows), matrix);
  shape.append({outputs, compose.getAffineConstantExpr(results)});
  return compose.cast(compose.reshape(result, shape), given);
}

} // namespace wasmind::onnx
