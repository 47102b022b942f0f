#include "compiler/frontend/onnx/Quantization.h"

namespace wasmind::onnx {
namespace {

bool isZero(Value parameter) { return !parameter || graph::numberOf(parameter) == 0.0; }

std::pair<double, double> rangeOf(Type element) {
  const unsigned width = element.getIntOrFloatBitWidth();
  return element.isUnsignedInteger()
             ? std::pair(0.0, double((uint64_t(1) << width) - 1))
             : std::pair(-double(uint64_t(1) << (width - 1)), double((uint64_t(1) << (width - 1)) - 1));
}

} // namespace

Value quantize(Node &node, Value x, Value scale, Value zeroPoint, Type element) {
  Compose &compose = node.compose();
  auto integer = mlir::dyn_cast<mlir::IntegerType>(element);
  if (!integer || integer.getWidth() > 16 || integer.getWidth() < 8)
    return node.fail("quantises to 8 or 16 bit integers only");
  Type real = compose.getF32Type();
  Value scaled = compose.unary(UnaryKind::Round, compose.div(compose.cast(x, real), compose.cast(scale, real)));
  if (!isZero(zeroPoint))
    scaled = compose.add(scaled, compose.cast(zeroPoint, real));
  auto [low, high] = rangeOf(element);
  scaled = scaled ? compose.clip(scaled, low, high) : scaled;
  return scaled ? compose.cast(scaled, element) : scaled;
}

Value centred(Node &node, Value q, Value zeroPoint) {
  Compose &compose = node.compose();
  if (isZero(zeroPoint))
    return q;
  const Type wide = compose.elementOf(q).getIntOrFloatBitWidth() <= 8 ? compose.getI16Type() : compose.getI32Type();
  return compose.sub(compose.cast(q, wide), compose.cast(zeroPoint, wide));
}

Value alongAxis(Node &node, Value parameter, Value x, int64_t axis, int64_t blockSize) {
  Compose &compose = node.compose();
  const int64_t rank = node.rank(x);
  auto count = graph::productOf(compose.extentsOf(parameter), compose.getContext());
  if (blockSize == 0 && graph::isOne(count))
    return compose.reshape(parameter, Integers(rank, 1));
  auto dim = node.axis(axis, rank);
  if (!dim)
    return {};
  if (blockSize == 0) {
    if (node.rank(parameter) != 1)
      return node.fail("scale and zero point must be scalars or vectors");
    Extents line(rank, compose.getAffineConstantExpr(1));
    line[*dim] = compose.extentsOf(parameter)[0];
    return compose.reshape(parameter, line);
  }
  if (node.rank(parameter) != rank || blockSize < 0)
    return node.fail("with attribute 'block_size' the scale must have the rank of the input");
  // [.., n, ..] -> [.., n, 1, ..] -> [.., n, block, ..] -> [.., n * block, ..], cut to the input's extent.
  Extents extents = compose.extentsOf(parameter), spread = extents;
  spread.insert(spread.begin() + *dim + 1, compose.getAffineConstantExpr(1));
  Value repeated = compose.reshape(parameter, spread);
  spread[*dim + 1] = compose.getAffineConstantExpr(blockSize);
  repeated = compose.broadcastTo(repeated, spread);
  extents[*dim] = extents[*dim] * blockSize;
  repeated = compose.reshape(repeated, extents);
  const AffineExpr wanted = compose.extentsOf(x)[*dim];
  if (graph::provablyEqual(extents[*dim], wanted))
    return repeated;
  if (node.bounds(extents[*dim] - wanted).min < 0)
    return node.fail("the blocks do not cover axis " + llvm::Twine(*dim));
  return compose.sliceDim(repeated, *dim, compose.getAffineConstantExpr(0), wanted);
}

Value integerMatmul(Node &node, Value a, Value b, Value aZero, Value bZero) {
  Compose &compose = node.compose();
  // One zero point per row of a stands in a column; those of b's columns are a row, which is how vectors broadcast.
  if (aZero && node.rank(aZero) == 1 && node.rank(a) > 1)
    aZero = compose.unsqueeze(aZero, {1});
  return compose.matmul(centred(node, a, aZero), centred(node, b, bZero));
}

Value integerConvolve(Node &node, Value x, Value w, Value xZero, Value wZero) {
  Compose &compose = node.compose();
  auto weights = node.staticExtents(w);
  if (!weights || weights->size() < 3)
    return node.fail("the weights must have a static shape of rank 3 or more");
  Integers kernel(weights->begin() + 2, weights->end());
  auto window = windowOf(node, x, kernel);
  if (!window || !checkFit(node, x, kernel, *window))
    return {};
  if (wZero)
    wZero = alongAxis(node, wZero, w, 0, /*blockSize=*/0);
  if (xZero)
    xZero = compose.reshape(xZero, Integers());
  // The window's padding is zeros, as it stands for real zeros.
  return compose.convolve(centred(node, x, xZero), centred(node, w, wZero), Value(), *window, node.integer("group", 1));
}

} // namespace wasmind::onnx
