#include "compiler/frontend/mindir/Shapes.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace llvm;
namespace wasmind::mindir {

Operand reshapeTo(Node &node, Value x, ArrayRef<Value> shape) {
  if (node.failed())
    return {};
  Compose &b = node.compose;
  const AffineExpr all = graph::productOf(b.extentsOf(x), b.getContext());
  std::optional<size_t> open;
  Extents extents(shape.size()), given;
  SmallVector<size_t> data;
  for (auto [i, entry] : enumerate(shape)) {
    auto extent = node.known(entry);
    if (!extent) {
      data.push_back(i);
      continue;
    }
    auto constant = graph::constantOf(*extent);
    if (constant == -1 && !open) {
      open = i;
      continue;
    }
    if (constant && *constant < 0)
      return node.fail("a shape with the entry " + Twine(*constant));
    node.require(*extent, "a shape with the entry '" + node.text(*extent) + "'");
    given.push_back(extents[i] = *extent);
  }
  // An entry of -1 that the run computes is what the others leave.
  Value product;
  if (!open && !data.empty()) {
    for (Value entry : shape)
      product = product ? b.mul(product, entry) : entry;
    product = b.maximum(b.unary(UnaryKind::Abs, product), b.scalarLike(product, 1));
    product = b.binary(BinaryKind::FloorDiv, b.extent(all), product);
  }
  for (size_t i : data) {
    Value entry = shape[i];
    if (product)
      entry = b.select(b.compare(CompareKind::Less, entry, b.scalarLike(entry, 0)), product, entry);
    extents[i] = node.extentOf(entry, i, node.bounds(all).max);
    given.push_back(extents[i]);
  }
  if (node.failed())
    return {};
  if (open) {
    const AffineExpr rest = graph::productOf(given, b.getContext());
    auto divisor = graph::constantOf(rest);
    auto quotient = divisor == 0 ? std::nullopt : graph::divideExactly(all, rest);
    if (divisor == 0)
      return node.fail("the elements do not divide into that shape");
    if (!quotient && divisor)
      quotient = all.floorDiv(*divisor);
    if (!quotient) { // by what may be nothing
      Value whole = b.extent(all), part = b.maximum(b.extent(rest), b.scalar(b.getI64Type(), 1));
      quotient = node.measure(b.binary(BinaryKind::FloorDiv, whole, part), *open, node.bounds(all).max);
    }
    given.push_back(extents[*open] = *quotient);
  }
  node.expectEqual(all, graph::productOf(given, b.getContext()), "the elements do not divide into that shape");
  return node.failed() ? Value() : b.reshape(x, extents);
}

Value sliceAlong(Node &node, Value x, int64_t dim, const graph::ComputedSlice &slice) {
  const graph::AxisRange range = node.rangeOf(slice, x, dim);
  if (!x || node.failed())
    return {};
  Compose &b = node.compose;
  x = b.sliceDim(x, dim, range.start, range.count, range.stride);
  return x && range.isReversed ? graph::ReverseOp::create(b, b.getLoc(), x, ArrayRef<int64_t>{dim}) : x;
}

Value takeAlong(Node &node, Value x, int64_t dim, Value index) {
  const AffineExpr place = node.placeOf(index, x, dim);
  if (!x || node.failed())
    return {};
  Compose &b = node.compose;
  return b.squeeze(b.sliceDim(x, dim, place, b.getAffineConstantExpr(1)), {dim});
}

Value partAlong(Node &node, Value x, int64_t dim, AffineExpr start, AffineExpr count) {
  if (!x || node.failed())
    return {};
  const AffineExpr extent = node.compose.extentsOf(x)[dim];
  for (AffineExpr amount : {start, count})
    if (auto constant = graph::constantOf(amount); constant && std::abs(*constant) > graph::extentLimit) {
      node.fail("dimension " + Twine(dim) + ": " + Twine(*constant) + " is out of range");
      return {};
    }
  for (AffineExpr room : {start, count, extent - start - count})
    node.require(room, "dimension " + Twine(dim) + ": '" + node.text(count) + "' elements from '" + node.text(start) +
                           "' on lie outside an extent of '" + node.text(extent) + "'");
  return node.failed() ? Value() : node.compose.sliceDim(x, dim, start, count);
}

Operand split(Node &node, Value x, int64_t dim, Extents extents) {
  if (node.failed())
    return {};
  Compose &b = node.compose;
  AffineExpr total = b.getAffineConstantExpr(0), whole = b.extentsOf(x)[dim];
  for (AffineExpr extent : extents) {
    if (auto constant = graph::constantOf(extent); constant && (*constant < 0 || *constant > graph::extentLimit))
      return node.fail("a part of " + Twine(*constant) + " elements");
    node.require(extent, "a part of '" + node.text(extent) + "' elements");
    total = total + extent;
  }
  node.expectEqual(total, whole,
                   "the parts have '" + node.text(total) + "' elements together, the extent is '" + node.text(whole) +
                       "'");
  if (node.failed())
    return {};
  // By the parts' sum it follows that they lie inside.
  Extents joined = b.extentsOf(x);
  joined[dim] = graph::normalise(total);
  x = b.reshape(x, joined);
  AffineExpr start = b.getAffineConstantExpr(0);
  SmallVector<Operand> parts;
  for (AffineExpr extent : extents) {
    parts.push_back(b.sliceDim(x, dim, start, extent));
    start = start + extent;
  }
  return Operand::sequence(parts);
}

Operand splitBySize(Node &node, Value x, int64_t dim, AffineExpr part) {
  if (node.failed())
    return {};
  Compose &b = node.compose;
  const AffineExpr whole = b.extentsOf(x)[dim];
  node.require(part - 1, "parts of '" + node.text(part) + "' elements");
  if (node.failed())
    return {};
  const auto counts = node.bounds((whole + part - 1).floorDiv(part));
  const unsigned declared = node.declaredCount();
  unsigned count = counts.max;
  if (counts.min == counts.max && declared && declared != count)
    return node.fail("gives " + Twine(count) + " parts, but the file declares " + Twine(declared));
  if (counts.min != counts.max || counts.max > (1 << 16)) {
    count = declared;
    if (count == 0 || count > (1 << 16))
      return node.fail("how many parts there are depends on the extent '" + node.text(whole) + "'" +
                       "; fix it with --dim");
    const std::string reason = "an extent of '" + node.text(whole) + "' does not split into " + std::to_string(count) +
                               " parts of '" + node.text(part) + "'";
    node.require(whole - part * (count - 1) - 1, reason);
    node.require(part * count - whole, reason);
  }
  Extents extents(count, part);
  if (count > 0)
    extents.back() = graph::normalise(whole - part * (count - 1));
  return split(node, x, dim, extents);
}

/// Pads one dimension by amounts that the run computes.
static Value padAlong(Node &node, Value x, int64_t dim, StringRef mode, Value low, Value high, Value value) {
  Compose &b = node.compose;
  const AffineExpr extent = b.extentsOf(x)[dim];
  Value length = b.extent(extent), zero = b.scalarLike(length, 0), one = b.scalarLike(length, 1);
  auto negative = [&](Value amount) { return b.maximum(b.sub(zero, amount), zero); };
  // What is too much: of what the mode repeats, or taken away.
  Value excess, crops = b.add(negative(low), negative(high));
  if (mode == "constant") {
    excess = negative(b.sub(length, crops));
  } else {
    Value reach = b.maximum(b.maximum(low, high), zero), last = b.maximum(b.sub(length, one), zero);
    Value most = mode == "reflect" ? last : length;
    if (mode == "edge")
      most = b.select(b.compare(CompareKind::Equal, length, zero), zero, reach);
    excess = b.add(negative(b.sub(most, reach)), crops);
  }
  const AffineExpr none = node.measure(excess, dim, 1 << 30, ".excess");
  node.require(none * -1, "padding mode '" + mode + "' in dimension " + Twine(dim) + " does not fit an extent of '" +
                              node.text(extent) + "'");
  const AffineExpr padded = node.measure(b.add(length, b.add(low, high)), dim, std::nullopt);
  if (node.failed())
    return {};
  using Padding = Compose::Padding;
  const Padding padding = mode == "reflect"     ? Padding::Reflect
                          : mode == "SYMMETRIC" ? Padding::Symmetric
                          : mode == "circular"  ? Padding::Wrap
                          : mode == "edge"      ? Padding::Edge
                                                : Padding::Constant;
  return b.padComputed(x, dim, padding, low, padded, value);
}

Operand padWith(Node &node, Value x, StringRef mode, ArrayRef<Value> low, ArrayRef<Value> high, Value value) {
  if (!node.failed() && !is_contained({"constant", "reflect", "edge", "circular", "SYMMETRIC"}, mode))
    return node.fail("padding mode '" + mode + "' is not supported");
  if (node.failed())
    return {};
  Compose &b = node.compose;
  const AffineExpr zero = b.getAffineConstantExpr(0);
  value = value ? b.reshape(value, ArrayRef<int64_t>()) : b.scalar(node.element(x), 0);
  Extents amounts[2];
  for (int64_t dim = 0; dim < node.rank(x); ++dim) {
    const AffineExpr extent = b.extentsOf(x)[dim];
    AffineExpr grows[2], crops[2];
    bool isKnown = true;
    for (unsigned side = 0; side < 2; ++side) {
      auto known = node.known(side == 0 ? low[dim] : high[dim]);
      const auto range = known ? node.bounds(*known) : graph::Interval{-1, 1};
      if (known && graph::constantOf(*known) && (range.min < -(1 << 30) || range.max > (1 << 30)))
        return node.fail("padding of " + node.text(*known) + " is out of range");
      isKnown &= range.min >= 0 || range.max <= 0;
      if (isKnown) {
        grows[side] = range.min >= 0 ? *known : zero;
        crops[side] = range.min >= 0 ? zero : *known * -1;
      }
    }
    if (!isKnown) {
      x = padAlong(node, x, dim, mode, low[dim], high[dim], value);
      if (node.failed() || !x)
        return {};
      amounts[0].push_back(zero);
      amounts[1].push_back(zero);
      continue;
    }
    const std::string place = " in dimension " + std::to_string(dim);
    const AffineExpr kept = graph::normalise(extent - crops[0] - crops[1]);
    if (crops[0] != zero || crops[1] != zero) {
      node.require(kept, "padding" + place + " takes away '" + node.text(crops[0] + crops[1]) + "' elements of '" +
                             node.text(extent) + "'");
      x = node.failed() ? Value() : b.sliceDim(x, dim, crops[0], kept);
    }
    for (unsigned side = 0; side < 2; ++side) {
      amounts[side].push_back(grows[side]);
      if (mode == "constant" || grows[side] == zero)
        continue;
      const AffineExpr needed = mode == "reflect" ? grows[side] + 1 : mode == "edge" ? zero + 1 : grows[side];
      node.require(kept - needed, "padding mode '" + mode + "'" + place + " needs an extent of at least '" +
                                      node.text(needed) + "', and '" + node.text(kept) + "' is less");
    }
    if (node.failed() || !x)
      return {};
  }
  const auto &[before, after] = amounts;
  if (mode == "constant")
    return b.padConstant(x, value, before, after);
  if (mode == "reflect")
    return b.padReflect(x, before, after);
  if (mode == "edge")
    return b.padEdge(x, before, after);
  if (mode == "circular")
    return b.padWrap(x, before, after);
  return b.padSymmetric(x, before, after);
}

Operand padFromLast(Node &node, StringRef mode) {
  Value x = node.tensor(0), value = mode == "constant" ? node.optionalTensor(2) : Value();
  auto pads = node.amounts("paddings", 1);
  if (node.failed())
    return {};
  int64_t rank = node.rank(x), count = pads.size() / 2;
  if (pads.size() % 2 != 0 || count > rank)
    return node.fail("paddings has " + Twine(pads.size()) + " entries for rank " + Twine(rank));
  Value none = node.compose.scalar(node.compose.getI64Type(), 0);
  SmallVector<Value> low(rank, none), high(rank, none);
  for (int64_t i = 0; i < count; ++i) {
    low[rank - 1 - i] = pads[2 * i];
    high[rank - 1 - i] = pads[2 * i + 1];
  }
  return padWith(node, x, mode == "replicate" ? "edge" : mode, low, high,
                 value ? node.compose.cast(value, node.element(x)) : value);
}

Operand padByPairs(Node &node, StringRef mode) {
  Value x = node.tensor(0);
  auto pads = node.amounts("paddings", 1);
  if (!node.failed() && static_cast<int64_t>(pads.size()) != 2 * node.rank(x))
    return node.fail("paddings has not one pair per dimension");
  SmallVector<Value> low, high;
  for (auto [i, amount] : enumerate(pads))
    (i % 2 == 0 ? low : high).push_back(amount);
  return padWith(node, x, mode, low, high, Value());
}

void expectIndices(Node &node, Value indices, Value x, int64_t dim) {
  if (node.failed())
    return;
  if (dim >= node.rank(x)) {
    node.fail("indices into dimension " + Twine(dim) + " of a tensor that has " + Twine(node.rank(x)));
    return;
  }
  const AffineExpr extent = node.compose.extentsOf(x)[dim];
  if (auto constants = graph::constantIntegers(indices)) {
    if (constants->empty())
      return;
    auto [lowest, highest] = std::minmax_element(constants->begin(), constants->end());
    for (int64_t index : {*lowest, *highest})
      (void)node.placeOf(node.asTensor(Operand::integer(index), "an index"), x, dim);
    return;
  }
  // Data is moved inside, where there is something.
  const graph::Dims dims = graph::getNamedDims(node.module());
  if (none_of(node.compose.extentsOf(indices), [&](AffineExpr e) { return graph::isNeverNegative(extent - e, dims); }))
    node.expectAtLeast(extent, 1, "indexing dimension " + Twine(dim));
}

void expectElements(Node &node, Value x) {
  if (!node.failed())
    node.expectAtLeast(graph::productOf(node.compose.extentsOf(x), node.compose.getContext()), 1, "an index");
}

Value toIndices(Node &node, Value indices) {
  if (!indices)
    return {};
  Type type = node.element(indices);
  if (isa<mlir::FloatType>(type)) {
    node.fail("the indices are not integers");
    return {};
  }
  bool fits = type.isSignlessInteger(32) || type.isSignlessInteger(64);
  return fits ? indices : node.compose.cast(indices, node.compose.getI64Type());
}

Value placesOf(Node &node, Value x, unsigned i) {
  if (!node.input(i).is(Operand::Kind::Sequence)) {
    node.fail("the indices are no tuple");
    return {};
  }
  const auto indices = node.tensors(i);
  const int64_t count = indices.size();
  if (node.failed())
    return {};
  if (count < 1 || count > node.rank(x)) {
    node.fail("there are no indices, or more than x has dimensions");
    return {};
  }
  Compose &b = node.compose;
  Value common; // zeros of the indices' shape
  SmallVector<Value> each;
  for (auto [dim, given] : enumerate(indices)) {
    if (node.element(given).isInteger(1)) {
      node.fail("a mask as index is not supported; use its places, x.nonzero()");
      return {};
    }
    Value index = b.cast(toIndices(node, given), b.getI64Type());
    expectIndices(node, index, x, dim);
    if (node.failed())
      return {};
    each.push_back(index);
    Value zeros = b.mul(index, b.scalarLike(index, 0));
    common = common ? b.add(common, zeros) : zeros;
  }
  if (!common)
    return {};
  const Extents shape = b.extentsOf(common);
  for (Value &index : each)
    index = b.unsqueeze(b.broadcastTo(index, shape), {-1});
  return b.concat(each, node.rank(each.front()) - 1);
}

Operand indexPut(Node &node, unsigned values, unsigned indices, bool adds) {
  Value x = node.tensor(0), given = node.tensor(values), places = placesOf(node, x, indices);
  if (node.failed() || !places)
    return {};
  Compose &b = node.compose;
  const Extents extents = b.extentsOf(x);
  Extents shape = b.extentsOf(places);
  const int64_t count = *graph::constantOf(shape.back());
  shape.pop_back();
  shape.append(extents.begin() + count, extents.end());
  return b.scatterNd(adds ? ScatterKind::Add : ScatterKind::Set, x, places,
                     b.broadcastTo(b.cast(given, node.element(x)), shape));
}

Operand topAlong(Node &node, Value x, AffineExpr k, int64_t dim, bool smallest, Type index) {
  Compose &b = node.compose;
  if (node.failed() || node.rank(x) < 1)
    return node.fail("input 0 has rank 0");
  const AffineExpr extent = b.extentsOf(x)[dim];
  for (AffineExpr room : {k, extent - k})
    node.require(room, "k = '" + node.text(k) + "' is out of range for an extent of '" + node.text(extent) + "'");
  if (node.failed())
    return {};
  const int64_t last = node.rank(x) - 1;
  auto order = to_vector(seq<int64_t>(0, last + 1));
  std::swap(order[dim], order[last]); // its own inverse
  Value rows = b.transpose(x, order);
  if (!rows)
    return {};
  auto top = graph::TopKOp::create(b, b.getLoc(), rows, k, smallest);
  Type type = node.declaredElement(1) ? node.declaredElement(1) : index;
  return Operand::tuple({b.transpose(top.getValues(), order), b.cast(b.transpose(top.getIndices(), order), type)});
}

Operand topAlong(Node &node, Value x, Value k, int64_t dim, bool smallest, Type index) {
  if (node.failed() || node.rank(x) < 1)
    return node.fail("input 0 has rank 0");
  const int64_t most = node.bounds(node.compose.extentsOf(x)[dim]).max;
  return topAlong(node, x, node.extentOf(k, dim, most), dim, smallest, index);
}

Value triangle(Node &node, Value x, int64_t diagonal, bool upper) {
  int64_t rank = node.rank(x);
  if (rank < 2) {
    node.fail("input 0 has rank " + Twine(rank) + ", at least 2 is needed");
    return {};
  }
  Compose &b = node.compose;
  Extents extents = b.extentsOf(x);
  auto line = [&](int64_t dim) {
    Extents shape(2, b.getAffineConstantExpr(1));
    shape[dim] = extents[rank - 2 + dim];
    return Value(graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType(shape, b.getI64Type()), dim));
  };
  // Element [i, j] stays where j - i >= diagonal (upper) or j - i <= diagonal (lower).
  Value distance = b.sub(line(1), line(0));
  Value stays = b.compare(upper ? CompareKind::GreaterEqual : CompareKind::LessEqual, distance,
                          b.scalarLike(distance, static_cast<double>(diagonal)));
  return b.select(stays, x, b.scalarLike(x, 0));
}

Operand changeSlices(Node &node, ScatterKind kind, Value x, Value index, Value source, int64_t dim, double scale) {
  dim = node.axis(dim, node.rank(x));
  index = toIndices(node, index);
  if (node.failed())
    return {};
  if (node.rank(index) > 1 || node.rank(source) != node.rank(x))
    return node.fail("the indices are no line, or the source has not the rank of x");
  Compose &b = node.compose;
  expectIndices(node, index, x, dim);
  if (node.failed())
    return {};
  const Extents extents = b.extentsOf(source);
  Extents line(node.rank(x), b.getAffineConstantExpr(1));
  line[dim] = graph::productOf(b.extentsOf(index), b.getContext());
  node.expectEqual(line[dim], extents[dim], "the source has not one slice per index");
  if (node.failed())
    return {};
  source = b.cast(source, node.element(x));
  if (scale != 1)
    source = b.mul(source, b.scalarLike(source, scale));
  return b.scatterElements(kind, x, b.broadcastTo(b.reshape(index, line), extents), source, dim);
}

std::pair<Value, Value> halves(Node &node, StringRef axisName) {
  Value x = node.tensor(0);
  int64_t axis = node.axis(node.integer(axisName, 1, -1), node.rank(x));
  if (node.failed())
    return {};
  const AffineExpr half = node.compose.extentsOf(x)[axis].floorDiv(2);
  Operand parts = split(node, x, axis, {half, half});
  if (node.failed())
    return {};
  return {parts.elements()[0].tensor, parts.elements()[1].tensor};
}

Operand stack(Node &node, StringRef axisName) {
  auto tensors = node.tensors();
  bool isTuple = node.input(0).is(Operand::Kind::Sequence);
  int64_t axis = node.integer(axisName, isTuple ? 1 : Node::none, 0);
  if (node.failed())
    return {};
  int64_t rank = node.rank(tensors.front());
  axis = node.axis(axis, rank, /*inclusive=*/true);
  SmallVector<Value> rows;
  for (Value tensor : tensors) {
    if (node.rank(tensor) != rank)
      return node.fail("the tensors have different ranks");
    rows.push_back(node.failed() ? tensor : node.compose.unsqueeze(tensor, {axis}));
  }
  return node.failed() ? Value() : node.compose.concat(rows, axis);
}

Operand unstack(Node &node, StringRef axisName) {
  Value x = node.tensor(0);
  int64_t axis = node.axis(node.integer(axisName, 1, 0), node.rank(x));
  Operand parts = splitBySize(node, x, axis, node.compose.getAffineConstantExpr(1));
  if (node.failed())
    return {};
  return mapLeaves(parts, [&](const Operand &part) { return Operand(node.compose.squeeze(part.tensor, {axis})); });
}

Operand orderStatistic(Node &node, Value x, int64_t k, int64_t dim, bool keepDims) {
  dim = node.axis(dim, node.rank(x));
  if (node.failed() || k < 1 || k > node.staticExtent(x, dim, "input 0"))
    return node.fail("there is no element " + Twine(k) + " of dimension " + Twine(dim));
  Compose &b = node.compose;
  Operand sorted = topAlong(node, x, b.getAffineConstantExpr(k), dim, /*smallest=*/true, b.getI64Type());
  if (node.failed())
    return {};
  SmallVector<Operand> last;
  for (const Operand &each : sorted.elements()) {
    Value part = b.sliceDim(each.tensor, dim, b.getAffineConstantExpr(k - 1), b.getAffineConstantExpr(1));
    last.push_back(keepDims ? part : b.squeeze(part, {dim}));
  }
  return Operand::sequence(last);
}

Operand sort(Node &node, StringRef axisName) {
  Value x = node.tensor(0);
  int64_t axis = node.axis(node.integer(axisName, 1, -1), node.rank(x));
  bool descending = node.flag("descending", 2, false);
  if (node.failed() || node.rank(x) < 1)
    return node.fail("input 0 has rank 0");
  return topAlong(node, x, node.compose.extentsOf(x)[axis], axis, !descending, node.compose.getI64Type());
}

/// The same as below for extents that run time knows: the source coordinates of dimension `dim`, f64 [to].
static Value resizedPlaces(Compose &b, AffineExpr from, AffineExpr to, bool alignCorners, double centre) {
  auto number = [&](AffineExpr extent) {
    return b.cast(b.reshape(b.extent(extent), ArrayRef<int64_t>{1}), b.getF64Type());
  };
  auto constant = [&](double value) { return b.scalar(b.getF64Type(), value, 1); };
  Value in = number(from), out = number(to), one = constant(1);
  Value scale = alignCorners ? b.div(b.sub(in, one), b.maximum(b.sub(out, one), one)) : b.div(in, out);
  Value place = graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType({to}, b.getI64Type()), 0);
  return b.mul(b.add(b.cast(place, b.getF64Type()), constant(centre)), scale);
}

Operand resize(Node &node, Value x, ArrayRef<AffineExpr> size, bool alignCorners, bool halfPixel, bool linear) {
  Compose &b = node.compose;
  if (!node.failed() && size.size() != 2)
    return node.fail("size has " + Twine(size.size()) + " entries, 2 are needed");
  halfPixel &= !alignCorners;
  SmallVector<graph::Compose::Neighbours> along;
  for (unsigned d = 0; d < 2 && !node.failed(); ++d) {
    const int64_t dim = 2 + d;
    const AffineExpr in = b.extentsOf(x)[dim], out = size[d];
    const auto from = graph::constantOf(in), to = graph::constantOf(out);
    if (to && (*to < 1 || *to > (1 << 20)))
      return node.fail("a size of " + Twine(*to) + " is out of range");
    node.expectAtLeast(in, 1, "resizing dimension " + Twine(dim));
    node.expectAtLeast(out, 1, "resizing dimension " + Twine(dim));
    if (node.failed() || graph::provablyEqual(in, out))
      continue;
    if (from && to) {
      const bool corners = alignCorners && *to > 1;
      const double scale = corners ? static_cast<double>(*from - 1) / (*to - 1) : static_cast<double>(*from) / *to;
      if (linear) {
        auto position = [=](int64_t i) { return halfPixel ? (i + 0.5) * scale - 0.5 : i * scale; };
        auto neighbours = b.linearNeighbours(x, dim, *to, position);
        if (!neighbours)
          return {};
        along.push_back(*neighbours);
      } else {
        x = b.resizeNearest(x, dim, *to, [=](int64_t i) {
          return corners ? static_cast<int64_t>(std::round(i * scale))
                         : static_cast<int64_t>(std::floor(halfPixel ? (i + 0.5) * scale : i * scale));
        });
      }
      continue;
    }
    Value place = resizedPlaces(b, in, out, alignCorners, halfPixel ? 0.5 : 0);
    auto constant = [&](double value) { return b.scalar(b.getF64Type(), value, 1); };
    Value half = constant(0.5), zero = constant(0);
    Value last = b.cast(b.reshape(b.extent(in - 1), ArrayRef<int64_t>{1}), b.getF64Type());
    auto floor = [&](Value value) { return b.unary(UnaryKind::Floor, value); };
    auto toIndex = [&](Value value) { return b.cast(b.minimum(b.maximum(value, zero), last), b.getI64Type()); };
    if (!linear) {
      x = b.gather(x, toIndex(floor(alignCorners ? b.add(place, half) : place)), dim);
      continue;
    }
    if (halfPixel)
      place = b.sub(place, half);
    place = b.minimum(b.maximum(place, zero), last);
    Value whole = floor(place), isLast = b.compare(CompareKind::Equal, whole, last);
    Value part = b.select(isLast, half, b.sub(place, whole)); // as linearNeighbours: the last one is half of it twice
    Extents line(node.rank(x), b.getAffineConstantExpr(1));
    line[dim] = out;
    auto weight = [&](Value value) { return b.reshape(b.cast(value, node.element(x)), line); };
    along.push_back(
        {dim, {toIndex(whole), toIndex(b.add(whole, constant(1)))}, {weight(b.sub(constant(1), part)), weight(part)}});
  }
  return node.failed() || !x ? Value() : b.resizeLinear(x, along);
}

Operand resizeImage(Node &node, bool linear) {
  Value x = node.tensor(0);
  Extents size = node.extents("size", 1);
  bool alignCorners = node.flag("align_corners", 2, false), halfPixel = node.flag("half_pixel_centers", 3, false);
  return node.expectRank(x, 4, "input 0") ? resize(node, x, size, alignCorners, halfPixel, linear) : Operand();
}

Value diagonal(Node &node, Value x, int64_t offset, int64_t rows, int64_t columns) {
  const int64_t rank = node.rank(x);
  rows = node.axis(rows, rank);
  columns = node.axis(columns, rank);
  if (!node.failed() && rows == columns)
    node.fail("the two dimensions of a diagonal are one");
  if (node.failed())
    return {};
  Compose &b = node.compose;
  const Extents extents = b.extentsOf(x);
  const AffineExpr height = extents[rows], width = extents[columns], zero = b.getAffineConstantExpr(0);
  if (std::abs(offset) > graph::extentLimit) {
    node.fail("diagonal " + Twine(offset) + " is out of range");
    return {};
  }
  // It ends where the rows or the columns end.
  const int64_t down = std::max<int64_t>(-offset, 0), right = std::max<int64_t>(offset, 0);
  const graph::Interval more = node.bounds(height - down - (width - right));
  AffineExpr count = graph::normalise(more.max <= 0 ? height - down : width - right);
  const bool isOpen = more.min < 0 && more.max > 0;
  if (isOpen || (node.bounds(count).min < 0 && node.bounds(count).max > 0)) {
    Value least = isOpen ? b.minimum(b.extent(height - down), b.extent(width - right)) : b.extent(count);
    const int64_t most = std::max<int64_t>(std::min(node.bounds(height).max - down, node.bounds(width).max - right), 0);
    count = node.measure(b.maximum(least, b.scalarLike(least, 0)), rank - 2, most);
  } else if (node.bounds(count).max <= 0) {
    count = zero;
  }
  Integers order;
  for (int64_t dim = 0; dim < rank; ++dim)
    if (dim != rows && dim != columns)
      order.push_back(dim);
  order.append({rows, columns});
  Value matrices = b.transpose(x, order);
  Extents shape = b.extentsOf(matrices);
  shape.pop_back_n(2);
  if (count == zero) {
    shape.push_back(count);
    return b.splat(shape, node.element(x), 0);
  }
  shape.push_back(graph::normalise(height * width));
  node.expectAtLeast(shape.back(), 1, "a diagonal");
  if (node.failed())
    return {};
  Value places = graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType({count}, b.getI64Type()), 0);
  Value start = b.extent(width * down + right), step = b.extent(width + 1);
  return b.gather(b.reshape(matrices, shape), b.add(b.mul(places, step), start), rank - 2);
}

Operand gridSampler(Node &node, int64_t spatial) {
  Value x = node.tensor(0), grid = node.tensor(1);
  static constexpr StringLiteral modes[] = {"linear", "nearest"}, paddings[] = {"zeros", "border", "reflection"};
  const int64_t mode = node.integer("interpolation_mode", 2, 0), padding = node.integer("padding_mode", 3, 0);
  const bool alignsCorners = node.flag("align_corners", 4, false);
  if (!node.expectRank(x, spatial + 2, "input 0") || !node.expectRank(grid, spatial + 2, "the grid") || node.failed())
    return {};
  if (mode < 0 || mode > 1 || padding < 0 || padding > 2)
    return node.fail("interpolation_mode must be 0 (bilinear) or 1 (nearest), padding_mode 0 (zeros), 1 (border) or 2 "
                     "(reflection)");
  if (!node.isFloat(x) || node.staticExtent(grid, spatial + 1, "the grid") != spatial)
    return node.fail("x must be floats, and the grid's last dimension " + Twine(spatial) + " coordinates");
  const Extents image = node.compose.extentsOf(x);
  node.expectEqual(image[0], node.compose.extentsOf(grid)[0], "x and grid are of different images");
  for (AffineExpr extent : drop_begin(image, 2))
    node.expectAtLeast(extent, 1, "an image of extent '" + node.text(extent) + "'");
  return node.failed() ? Value() : node.compose.gridSample(x, grid, modes[mode], paddings[padding], alignsCorners);
}

} // namespace wasmind::mindir
