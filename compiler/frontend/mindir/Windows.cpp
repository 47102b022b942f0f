#include "compiler/frontend/mindir/Windows.h"
#include "llvm/ADT/STLExtras.h"
#include <limits>

using namespace llvm;
namespace wasmind::mindir {

static Compose::Extents spatialExtents(Node &node, Value x) {
  return Compose::Extents(drop_begin(node.compose.extentsOf(x), 2));
}

Integers perSpatial(Node &node, Integers values, int64_t spatial, StringRef what) {
  int64_t count = values.size();
  if (count == 1)
    return Integers(spatial, values.front());
  if (count == spatial + 2 && values[0] == 1 && values[1] == 1)
    return Integers(values.begin() + 2, values.end());
  if (count != spatial) {
    node.fail(what + " has " + Twine(count) + " entries, " + Twine(spatial) + " are needed");
    return Integers(spatial, 1);
  }
  return values;
}

std::string padMode(Node &node, StringRef attribute, unsigned i, StringRef defaultValue) {
  auto value = node.parameter(attribute, i);
  if (value && value->is(Operand::Kind::Integer)) {
    switch (value->integerValue) {
    case 0:
      return "pad";
    case 1:
      return "same";
    case 2:
      return "valid";
    default:
      break;
    }
    node.fail("pad_mode " + Twine(value->integerValue) + " is not supported");
    return "valid";
  }
  return node.text(attribute, i, defaultValue).lower();
}

void applyPadMode(Node &node, const std::string &mode, Value x, ArrayRef<int64_t> kernel, Compose::Window &window) {
  if (node.failed() || mode == "pad")
    return;
  window.padLow.assign(kernel.size(), 0);
  window.padHigh.assign(kernel.size(), 0);
  if (mode == "valid")
    return;
  if (mode != "same") {
    node.fail("pad_mode '" + mode + "' is not supported");
    return;
  }
  if (checkWindow(node, kernel, window))
    Compose::samePads(spatialExtents(node, x), kernel, window, /*extraAtStart=*/false);
}

void readPads(Node &node, Integers pads, int64_t spatial, Compose::Window &window) {
  if (pads.size() == 1)
    pads.assign(2 * spatial, pads.front());
  if (int64_t(pads.size()) != 2 * spatial) {
    node.fail("pad has " + Twine(pads.size()) + " entries, " + Twine(2 * spatial) + " are needed");
    return;
  }
  for (int64_t d = 0; d < spatial; ++d) {
    window.padLow.push_back(pads[2 * d]);
    window.padHigh.push_back(pads[2 * d + 1]);
  }
}

void forEachTap(Compose &b, ArrayRef<int64_t> kernel, const Compose::Window &window,
                function_ref<void(ArrayRef<int64_t>, function_ref<Value(Value)>)> f) {
  Integers tap(kernel.size(), 0);
  auto take = [&](Value x) -> Value {
    if (!x)
      return nullptr;
    Compose::Extents extents = b.extentsOf(x), starts(extents.size(), b.getAffineConstantExpr(0));
    Integers strides{1, 1};
    for (size_t d = 0; d < kernel.size(); ++d) {
      const int64_t span = window.dilations[d] * (kernel[d] - 1) + 1;
      starts[2 + d] = b.getAffineConstantExpr(tap[d] * window.dilations[d]);
      extents[2 + d] = graph::normalise((extents[2 + d] - span).floorDiv(window.strides[d]) + 1);
      strides.push_back(window.strides[d]);
    }
    return b.slice(x, starts, extents, strides);
  };
  for (bool goesOn = true; goesOn;) {
    f(tap, take);
    goesOn = false;
    for (size_t d = kernel.size(); d-- > 0 && !goesOn;) {
      goesOn = ++tap[d] < kernel[d];
      tap[d] = goesOn ? tap[d] : 0;
    }
  }
}

Operand largestAndPlaces(Node &node, Value x, ArrayRef<int64_t> kernel, const Compose::Window &window, Type index) {
  Compose &b = node.compose;
  Value largest = b.maxPool(x, kernel, window);
  int64_t taps = 1;
  for (int64_t extent : kernel)
    taps = std::min<int64_t>(taps * extent, 1 << 20);
  if (!largest || !window.extents.empty() || taps > 1024 || !node.isFloat(x))
    return Operand::tuple({largest, Operand::unavailable("the positions of a pool's maxima")});
  const Compose::Extents shape = b.extentsOf(x);
  Compose::Extents image(shape);
  image[0] = image[1] = b.getAffineConstantExpr(1);
  const AffineExpr count = graph::productOf(ArrayRef(shape).drop_front(2), b.getContext());
  Value places = graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType({count}, b.getI32Type()), 0);
  Integers low{0, 0}, high{0, 0};
  low.append(window.padLow);
  high.append(window.padHigh);
  x = b.pad(x, b.scalar(node.element(x), -std::numeric_limits<double>::infinity()), low, high);
  places = b.pad(b.reshape(places, image), b.scalar(b.getI32Type(), -1), low, high); // -1: outside
  Value most, at;
  forEachTap(b, kernel, window, [&](ArrayRef<int64_t>, function_ref<Value(Value)> take) {
    Value value = take(x), place = take(places);
    if (!value)
      return;
    if (!most) {
      most = value;
      at = b.broadcastTo(place, b.extentsOf(value));
      return;
    }
    Value isMore = b.binary(BinaryKind::Or, b.compare(CompareKind::Greater, value, most),
                            b.compare(CompareKind::Less, at, b.scalarLike(at, 0)));
    most = b.select(isMore, value, most);
    at = b.select(isMore, place, at);
  });
  return Operand::tuple({largest, b.cast(at, node.declaredElement(1) ? node.declaredElement(1) : index)});
}

Operand maxPoolWithArgmax(Node &node, StringRef kernelName, int64_t spatial) {
  Value x = node.tensor(0);
  if (!node.expectRank(x, spatial + 2, "input 0"))
    return {};
  const Integers kernel = perSpatial(node, node.integers(kernelName, Node::none), spatial, kernelName);
  Compose::Window window;
  window.strides = perSpatial(node, node.integers("strides", Node::none, kernel), spatial, "strides");
  window.padLow = perSpatial(node, node.integers("pads", Node::none, Integers{0}), spatial, "pads");
  window.padHigh = window.padLow;
  window.dilations = perSpatial(node, node.integers("dilation", Node::none, Integers{1}), spatial, "dilation");
  if (node.flag("ceil_mode", Node::none, false))
    roundUp(node, x, kernel, window);
  if (node.failed() || !checkFit(node, x, kernel, window))
    return {};
  return largestAndPlaces(node, x, kernel, window, node.compose.getI64Type());
}

void expectChannelsFirst(Node &node, StringRef attribute, unsigned i) {
  auto value = node.parameter(attribute, i);
  if (!value || value->is(Operand::Kind::Nothing))
    return;
  bool first =
      value->is(Operand::Kind::Text)
          ? value->string == "NCHW" || value->string == "NCDHW" || value->string == "NCL" || value->string == "NC"
          : value->is(Operand::Kind::Integer) && (value->integerValue == 0 || value->integerValue == 14);
  if (!first)
    node.fail(attribute + " is not NCHW; build the network with data_format='NCHW'");
}

bool checkWindow(Node &node, ArrayRef<int64_t> kernel, const Compose::Window &window) {
  constexpr int64_t limit = 1 << 30; // keeps all arithmetic on extents inside 64 bits
  auto inside = [&](ArrayRef<int64_t> values, int64_t low) {
    return all_of(values, [&](int64_t value) { return value >= low && value <= limit; });
  };
  if (!inside(kernel, 1) || !inside(window.strides, 1) || !inside(window.dilations, 1) || !inside(window.padLow, 0) ||
      !inside(window.padHigh, 0))
    node.fail("kernel, stride, dilation or padding is out of range");
  return !node.failed();
}

bool checkFit(Node &node, Value x, ArrayRef<int64_t> kernel, const Compose::Window &window) {
  if (!checkWindow(node, kernel, window))
    return false;
  for (auto [d, extent] : enumerate(spatialExtents(node, x))) {
    const std::string place = " in dimension " + std::to_string(d + 2);
    if (!window.extents.empty()) { // of the result, which the pads follow from
      const AffineExpr out = window.extents[d];
      const std::string reason = "a window" + place + " of an extent of '" + node.text(extent) + "'";
      out.walk([&](AffineExpr part) { // what is divided is never negative, too
        auto binary = dyn_cast<mlir::AffineBinaryOpExpr>(part);
        if (binary && binary.getKind() == mlir::AffineExprKind::FloorDiv)
          node.require(binary.getLHS(), reason);
      });
      node.require(out - 1, reason);
      continue;
    }
    const int64_t span = window.dilations[d] * (kernel[d] - 1) + 1, pads = window.padLow[d] + window.padHigh[d];
    const std::string what =
        "a window that spans " + std::to_string(span) + " with " + std::to_string(pads) + " of padding" + place;
    node.expectAtLeast(extent, span - pads, what);
    node.require(graph::normalise(extent - (span - pads)).floorDiv(window.strides[d]) + 1, what);
  }
  return !node.failed();
}

void roundUp(Node &node, Value x, ArrayRef<int64_t> kernel, Compose::Window &window) {
  if (node.failed() || !checkWindow(node, kernel, window))
    return;
  Compose::roundUp(spatialExtents(node, x), kernel, window);
  checkFit(node, x, kernel, window);
}

Pool readPool(Node &node, bool hasDilation, int64_t spatial) {
  Pool pool;
  pool.x = node.tensor(0);
  pool.isSingle = node.rank(pool.x) == spatial + 1;
  if (pool.isSingle)
    pool.x = node.compose.unsqueeze(pool.x, {0});
  if (!node.expectRank(pool.x, spatial + 2, "input 0"))
    return pool;
  pool.kernel = perSpatial(node, node.integers("kernel_size", 1), spatial, "kernel_size");
  // Without strides the windows lie side by side.
  pool.window.strides = perSpatial(node, node.integers("stride", 2, pool.kernel), spatial, "stride");
  pool.window.padLow = pool.window.padHigh =
      perSpatial(node, node.integers("padding", 3, Integers{0}), spatial, "padding");
  pool.window.dilations = hasDilation ? perSpatial(node, node.integers("dilation", 4, Integers{1}), spatial, "dilation")
                                      : Integers(spatial, 1);
  pool.roundsUp = node.flag("ceil_mode", hasDilation ? 5 : 4, false);
  Compose::Window window = pool.window;
  if (pool.roundsUp)
    roundUp(node, pool.x, pool.kernel, window);
  pool.ok = !node.failed() && checkFit(node, pool.x, pool.kernel, window);
  return pool;
}

Value averageOver(Node &node, Value x, ArrayRef<int64_t> kernel, const Compose::Window &given, bool countsPadding,
                  bool roundsUp, int64_t divisor) {
  Compose &b = node.compose;
  if (divisor == 0)
    return b.averagePool(x, kernel, given, countsPadding, roundsUp);
  Compose::Window window = given;
  if (roundsUp)
    roundUp(node, x, kernel, window);
  Value sum = node.failed() ? Value() : b.sumPool(x, kernel, window);
  return sum ? b.mul(sum, b.scalarLike(sum, 1.0 / double(divisor))) : sum;
}

Operand averagePool(Node &node, int64_t spatial) {
  Pool pool = readPool(node, /*hasDilation=*/false, spatial);
  bool countPadding = node.flag("count_include_pad", 5, true);
  const int64_t divisor = node.has(6) ? node.integer("divisor_override", 6) : 0;
  if (node.has(6) && divisor == 0)
    return node.fail("divisor_override is 0");
  if (!pool.ok)
    return {};
  Value means = averageOver(node, pool.x, pool.kernel, pool.window, countPadding, pool.roundsUp, divisor);
  return means && pool.isSingle ? node.compose.squeeze(means, {0}) : means;
}

Pool readImagePool(Node &node, bool channelsEnd) {
  auto numbers = [&](StringRef what, Integers values) {
    if (channelsEnd && values.size() == 4 && values.front() == 1 && values.back() == 1)
      values = {values[1], values[2]};
    return perSpatial(node, values, 2, what);
  };
  Pool pool;
  pool.x = node.tensor(0);
  if (!node.expectRank(pool.x, 4, "input 0"))
    return pool;
  pool.kernel = numbers("kernel_size", node.integers("kernel_size", 1));
  pool.window.strides = numbers("strides", node.integers("strides", 2, Integers{1}));
  pool.window.dilations = {1, 1};
  applyPadMode(node, padMode(node, "pad_mode", 3, "valid"), pool.x, pool.kernel, pool.window);
  if (!node.failed() && pool.window.padLow.empty())
    node.fail("pad_mode 'pad' is not supported");
  pool.ok = !node.failed() && checkFit(node, pool.x, pool.kernel, pool.window);
  return pool;
}

Integers outputPadding(Node &node, const Integers &given, int64_t spatial, const Compose::Window &window) {
  Integers added = perSpatial(node, given, spatial, "output_padding");
  for (int64_t d = 0; d < spatial && !node.failed(); ++d)
    if (added[d] < 0 || added[d] >= std::max(window.strides[d], window.dilations[d]))
      node.fail("output_padding is not below the stride");
  return added;
}

Operand convolution(Node &node, int64_t spatial, unsigned transposedAt) {
  Value x = node.tensor(0), weights = node.tensor(1), bias = node.optionalTensor(2);
  bool batched = node.rank(x) != spatial + 1; // a single image has no dimension N
  if (x && !batched)
    x = node.compose.unsqueeze(x, {0});
  if (!node.expectRank(x, spatial + 2, "input 0") || !node.expectRank(weights, spatial + 2, "weights"))
    return {};
  Integers kernel;
  for (int64_t d = 0; d < spatial; ++d)
    kernel.push_back(node.staticExtent(weights, 2 + d, "weights"));
  Compose::Window window;
  window.strides = perSpatial(node, node.integers("stride", 3, Integers{1}), spatial, "stride");
  window.dilations = perSpatial(node, node.integers("dilation", 5, Integers{1}), spatial, "dilation");
  auto padding = node.parameter("padding", 4);
  if (padding && padding->is(Operand::Kind::Text)) {
    applyPadMode(node, padding->string.lower(), x, kernel, window);
  } else {
    window.padLow = perSpatial(node, node.integers("padding", 4, Integers{0}), spatial, "padding");
    window.padHigh = window.padLow;
  }
  bool transposed = transposedAt != Node::none && node.flag("transposed", transposedAt, false);
  int64_t groups = node.integer("groups", transposedAt == Node::none ? 6 : transposedAt + 2, 1);
  if (node.failed() || !checkWindow(node, kernel, window))
    return {};
  Value result;
  if (transposed) {
    const Integers added =
        outputPadding(node, node.integers("output_padding", transposedAt + 1, Integers{0}), spatial, window);
    if (node.failed())
      return {};
    result = node.compose.convolveTranspose(x, weights, bias, window, groups, added);
  } else if (checkFit(node, x, kernel, window)) {
    result = node.compose.convolve(x, weights, bias, window, groups);
  }
  return batched || !result ? result : node.compose.squeeze(result, {0});
}

Operand adaptiveAveragePool(Node &node, unsigned sizeInput, int64_t spatial) {
  Compose &b = node.compose;
  Value x = node.tensor(0);
  auto size = node.parameter("output_size", sizeInput);
  const bool isBatch = node.rank(x) != spatial + 1; // a single image has no dimension N
  if (x && !isBatch)
    x = b.unsqueeze(x, {0});
  if (!node.expectRank(x, spatial + 2, "input 0"))
    return {};
  const Type element = node.element(x);
  if (!node.isFloat(x)) // whose means are cut off
    x = b.cast(x, b.getF64Type());
  if (!size || (size->is(Operand::Kind::Sequence) && int64_t(size->elements().size()) != spatial))
    return node.fail("output_size has not " + Twine(spatial) + " entries");
  for (int64_t d = 0; d < spatial; ++d) {
    const Operand &entry = size->is(Operand::Kind::Sequence) ? size->elements()[d] : *size;
    bool keep = entry.is(Operand::Kind::Nothing) || (entry.is(Operand::Kind::Integer) && entry.integerValue == -1);
    if (keep)
      continue;
    int64_t dim = 2 + d, outputs = entry.integerValue;
    if (entry.is(Operand::Kind::Integer) && outputs == 1) {
      x = b.mean(x, {dim}, /*keepDims=*/true);
      continue;
    }
    const AffineExpr extent = b.extentsOf(x)[dim];
    const auto known = graph::constantOf(extent);
    // Windows of different lengths are slices each.
    const bool isEven = known && outputs > 0 && *known % outputs == 0;
    if (!entry.is(Operand::Kind::Integer) || outputs < 1 || outputs > (isEven ? 1 << 16 : known ? 1 << 12 : 1 << 8))
      return node.fail("output_size is out of range");
    node.expectAtLeast(extent, 1, "a mean along dimension " + Twine(dim));
    if (node.failed())
      return {};
    if (isEven) {
      Integers kernel(spatial, 1), none(spatial, 0), ones(spatial, 1);
      kernel[d] = *known / outputs;
      x = b.averagePool(x, kernel, {kernel, none, none, ones}, /*countPadding=*/true);
      continue;
    }
    // A window is a product of intervals, so that its mean is a mean of means.
    SmallVector<Value> parts;
    for (int64_t i = 0; i < outputs; ++i) {
      const AffineExpr from = (extent * i).floorDiv(outputs), to = (extent * (i + 1) + (outputs - 1)).floorDiv(outputs);
      Value part = b.sliceDim(x, dim, from, to - from);
      parts.push_back(b.mean(part, {dim}, /*keepDims=*/true));
    }
    x = b.concat(parts, dim);
  }
  x = b.cast(x, element);
  return isBatch ? x : b.squeeze(x, {0});
}

} // namespace wasmind::mindir
