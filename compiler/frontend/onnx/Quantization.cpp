#include "compiler/frontend/onnx/Quantization.h"

namespace wasmind::onnx {
namespace {

bool isZero(Value parameter) { return !parameter || graph::splatDouble(parameter) == 0.0; }

std::pair<double, double> rangeOf(Type element) {
  const unsigned width = element.getIntOrFloatBitWidth();
  return element.isUnsignedInteger()
             ? std::pair(0.0, double((uint64_t(1) << width) - 1))
             : std::pair(-double(uint64_t(1) << (width - 1)), double((uint64_t(1) << (width - 1)) - 1));
}

bool isByte(Compose &compose, Value x) { return compose.elementOf(x).isInteger(8); }

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
  Type i32 = compose.getI32Type();
  const int64_t aRank = node.rank(a), bRank = node.rank(b);
  auto wide = [&](Value x) { return compose.cast(x, i32); };
  // One zero point per row of a stands in a column, per column of b in a row (which is how vectors broadcast).
  auto rowZero = [&]() -> Value {
    Value zero = wide(aZero);
    return node.rank(zero) == 1 && aRank > 1 ? compose.unsqueeze(zero, {1}) : zero;
  };
  if (aRank < 2 || bRank < 2 || !isByte(compose, a) || !isByte(compose, b)) {
    Value left = isZero(aZero) ? wide(a) : compose.sub(wide(a), rowZero());
    Value right = isZero(bZero) ? wide(b) : compose.sub(wide(b), wide(bZero));
    return compose.matmul(left, right);
  }
  Value product = compose.matmul(a, b);
  if (!product)
    return {};
  product = wide(product);
  const AffineExpr depth = compose.extentsOf(a)[aRank - 1];
  if (!isZero(bZero)) {
    Value rows = compose.reduce(ReduceKind::Sum, wide(a), {aRank - 1}, /*keepDims=*/true);
    product = compose.sub(product, compose.mul(rows, wide(bZero)));
  }
  if (!isZero(aZero)) {
    Value columns = compose.reduce(ReduceKind::Sum, wide(b), {bRank - 2}, /*keepDims=*/true);
    product = compose.sub(product, compose.mul(rowZero(), columns));
  }
  if (!isZero(aZero) && !isZero(bZero)) {
    Value both = compose.mul(compose.mul(rowZero(), wide(bZero)), compose.cast(compose.extent(depth), i32));
    product = compose.add(product, both);
  }
  return product;
}

Value integerConvolve(Node &node, Value x, Value w, Value xZero, Value wZero) {
  Compose &compose = node.compose();
  Type i32 = compose.getI32Type();
  auto weights = node.staticExtents(w);
  if (!weights || weights->size() < 3)
    return node.fail("the weights must have a static shape of rank 3 or more");
  Integers kernel(weights->begin() + 2, weights->end());
  auto window = windowOf(node, x, kernel);
  if (!window || !checkFit(node, x, kernel, *window))
    return {};
  const int64_t groups = node.integer("group", 1), rank = node.rank(x);
  // Padding stands for real zeros, which are xZero in x. Pads that are known at run time only add zeros, so xZero goes
  // first.
  if (!isZero(xZero) && !window->extents.empty()) {
    x = compose.sub(compose.cast(x, i32), compose.cast(compose.reshape(xZero, Integers()), i32));
    w = compose.cast(w, i32);
    xZero = {};
  } else if (!isZero(xZero)) {
    Integers low{0, 0}, high{0, 0};
    low.append(window->padLow);
    high.append(window->padHigh);
    x = compose.pad(x, compose.reshape(xZero, Integers()), low, high);
    window->padLow.assign(kernel.size(), 0);
    window->padHigh.assign(kernel.size(), 0);
  }
  auto perOutput = [&](Value value) -> Value { // [O] -> [O, 1, 1]
    Extents line(rank - 1, compose.getAffineConstantExpr(1));
    line[0] = compose.extentsOf(value)[0];
    return compose.reshape(value, line);
  };
  if (!isZero(wZero)) {
    Value zero = compose.cast(wZero, i32);
    if (node.rank(zero) == 1 && node.staticExtent(zero, 0) != 1) {
      Extents line(rank, compose.getAffineConstantExpr(1));
      line[0] = compose.extentsOf(zero)[0];
      zero = compose.reshape(zero, line);
    }
    w = compose.sub(compose.cast(w, i32), zero);
    x = compose.cast(x, i32);
  }
  Value product = compose.convolve(x, w, Value(), *window, groups);
  if (!product)
    return {};
  product = compose.cast(product, i32);
  if (isZero(xZero))
    return product;
  Integers dims;
  for (int64_t i = 1; i < rank; ++i)
    dims.push_back(i);
  Value sums = compose.reduce(ReduceKind::Sum, compose.cast(w, i32), dims, /*keepDims=*/false);
  Value zero = compose.reshape(compose.cast(xZero, i32), Integers{1});
  return compose.sub(product, perOutput(compose.mul(sums, zero)));
}

} // namespace wasmind::onnx
