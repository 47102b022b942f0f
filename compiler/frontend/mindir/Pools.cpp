#include "compiler/frontend/mindir/Pools.h"
#include "compiler/frontend/mindir/Shapes.h"
#include "compiler/frontend/mindir/Windows.h"

using namespace llvm;
namespace wasmind::mindir {

Operand adaptiveMaxPool(Node &node, int64_t spatial, Type index) {
  Value x = node.tensor(0);
  const auto size = node.parameter("output_size", 1);
  const Integers known = size && size->isTensor() ? node.integers("output_size", 1) : Integers();
  if (node.failed())
    return {};
  const int64_t rank = node.rank(x), first = rank - spatial;
  if (first < 1 || first > 2)
    return node.fail("input 0 has rank " + Twine(rank) + ", rank " + Twine(spatial + 2) + " is needed");
  const bool isList = size && size->is(Operand::Kind::Sequence);
  const int64_t count = isList ? size->elements().size() : size && size->isTensor() ? known.size() : 1;
  if (!size || (count != spatial && count != 1))
    return node.fail("output_size has not " + Twine(spatial) + " entries");
  Compose &b = node.compose;
  const Extents image = b.extentsOf(x);
  Value places; // in the dimensions that are pooled already, flat
  AffineExpr step = b.getAffineConstantExpr(1);
  // From the last dimension to the first, so that the first one in order of equal elements is found.
  for (int64_t d = spatial - 1; d >= 0; --d) {
    const int64_t dim = first + d, entry = count == 1 ? 0 : d;
    const Operand wanted = isList ? size->elements()[entry] : size->isTensor() ? Operand::integer(known[entry]) : *size;
    const AffineExpr extent = image[dim];
    const auto constant = graph::constantOf(extent);
    const bool keeps =
        wanted.is(Operand::Kind::Nothing) || (wanted.is(Operand::Kind::Integer) && wanted.integerValue == -1);
    if (keeps && !constant)
      return node.fail("output_size keeps an open dimension; give it a number, or the dimension an extent");
    const int64_t outputs = keeps ? *constant : wanted.integerValue;
    // Each window is a slice.
    if ((!keeps && !wanted.is(Operand::Kind::Integer)) || outputs < 1 || outputs > (1 << 10))
      return node.fail("output_size is no number from 1 to 1024");
    node.expectAtLeast(extent, 1, "a maximum along dimension " + Twine(dim));
    if (node.failed())
      return {};
    SmallVector<Value> largest, where;
    for (int64_t i = 0; i < outputs; ++i) {
      const AffineExpr from = (extent * i).floorDiv(outputs), to = (extent * (i + 1) + (outputs - 1)).floorDiv(outputs);
      Value part = b.sliceDim(x, dim, from, to - from);
      largest.push_back(b.reduce(ReduceKind::Max, part, {dim}, /*keepDims=*/true));
      Value at = b.cast(b.argReduce(ReduceKind::Max, part, dim, /*keepDims=*/true), b.getI64Type());
      Value place = b.mul(b.add(at, b.extent(from)), b.extent(step));
      if (places)
        place = b.add(place, b.gatherElements(b.sliceDim(places, dim, from, to - from), at, dim));
      where.push_back(place);
    }
    x = b.concat(largest, dim);
    places = b.concat(where, dim);
    step = step * extent;
  }
  const Type type = node.declaredElement(1) ? node.declaredElement(1) : index;
  return Operand::tuple({x, b.cast(places, type)});
}

Operand maxUnpool(Node &node, int64_t spatial, const UnpoolNames &names) {
  Value x = node.tensor(0), places = toIndices(node, node.tensor(1));
  const Integers none;
  auto parameter = [&](StringRef name, unsigned i, std::optional<Integers> otherwise = std::nullopt) {
    const unsigned at = names.first == Node::none ? Node::none : names.first + i;
    return node.integers(name, at, otherwise);
  };
  Integers kernel = parameter(names.kernel, 0), strides = parameter(names.strides, 1, none),
           pads = parameter(names.pads, 2, Integers{0}), shape = parameter(names.shape, 3, none);
  const StringRef format = node.text("format", Node::none, spatial == 2 ? "NCHW" : "NCDHW");
  if (node.failed())
    return {};
  if (format != "NCHW" && format != "NCDHW")
    return node.fail("format is not channels-first; build the network with data_format='NCHW' or 'NCDHW'");
  const int64_t rank = node.rank(x), leading = rank - spatial;
  if (leading < 1 || leading > 2 || !node.expectRank(places, rank, "the places"))
    return node.fail("input 0 has rank " + Twine(rank) + ", rank " + Twine(spatial + 2) + " is needed");
  // Entries of the dimensions ahead are left out.
  auto spatialOnly = [&](Integers values, StringRef what) {
    if (values.size() == 1)
      values.assign(spatial, values.front());
    if (int64_t(values.size()) > spatial)
      values.erase(values.begin(), values.end() - spatial);
    if (int64_t(values.size()) != spatial)
      node.fail(what + " has not " + Twine(spatial) + " entries");
    for (int64_t value : values)
      if (value < 0 || value > (1 << 20))
        node.fail(what + " is out of range");
    return values;
  };
  kernel = spatialOnly(kernel, names.kernel);
  strides = strides.empty() ? kernel : spatialOnly(strides, names.strides);
  pads = spatialOnly(pads, names.pads);
  if (!shape.empty())
    shape = spatialOnly(shape, names.shape);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  const Extents extents = b.extentsOf(x);
  Extents image(ArrayRef(extents).take_front(leading)), flat = image, lines = image;
  for (int64_t d = 0; d < spatial; ++d)
    image.push_back(shape.empty() ? (extents[leading + d] - 1) * strides[d] + (kernel[d] - 2 * pads[d])
                                  : b.getAffineConstantExpr(shape[d]));
  for (const AffineExpr extent : ArrayRef(image).drop_front(leading))
    node.expectAtLeast(extent, 1, "an image of the result");
  if (node.failed())
    return {};
  flat.push_back(graph::productOf(ArrayRef(image).drop_front(leading), b.getContext()));
  lines.push_back(graph::productOf(ArrayRef(extents).drop_front(leading), b.getContext()));
  Value filled = b.scatterElements(ScatterKind::Set, b.splat(flat, node.element(x), 0), b.reshape(places, lines),
                                   b.reshape(x, lines), leading);
  return b.reshape(filled, image);
}

Operand fractionalMaxPool(Node &node, int64_t spatial, bool reversed) {
  Value x = node.tensor(0), samples = node.tensor(1);
  const Integers kernel = perSpatial(node, node.integers("ksize", Node::none), spatial, "ksize"),
                 outputs = perSpatial(node, node.integers("output_shape", Node::none), spatial, "output_shape");
  expectChannelsFirst(node, "format", Node::none);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  const bool isBatch = node.rank(x) != spatial + 1;
  if (!isBatch)
    x = b.unsqueeze(x, {0});
  if (!node.expectRank(x, spatial + 2, "input 0") || !node.expectRank(samples, 3, "the samples"))
    return {};
  const Extents extents = b.extentsOf(x), given = b.extentsOf(samples);
  for (int64_t dim : {0, 1})
    node.expectEqual(extents[dim], given[dim], "there is not one sample per image and channel");
  node.expectEqual(given[2], b.getAffineConstantExpr(spatial), "there is not one sample per dimension of an image");
  auto constant = [&](int64_t value) { return b.getAffineConstantExpr(value); };
  const AffineExpr images = graph::productOf(ArrayRef(extents).take_front(2), b.getContext());
  Extents flat{images}, windows{images};
  flat.append(extents.begin() + 2, extents.end());
  if (node.failed())
    return {};
  x = b.reshape(x, flat);
  samples = b.reshape(samples, {images, constant(spatial)});
  const Type type = b.getI64Type(), real = node.element(samples);
  Value places; // [images, output, kernel, ...], flat in an image
  Integers order{0};
  int64_t step = 1, taps = 1;
  for (int64_t d = spatial - 1; d >= 0; --d) {
    const int64_t extent = node.staticExtent(x, 1 + d, "input 0"), slack = extent - kernel[d];
    if (node.failed() || kernel[d] < 1 || outputs[d] < 1 || slack < 0 || outputs[d] + kernel[d] > extent + 1)
      return node.fail("ksize and output_shape do not fit into dimension " + Twine(2 + d));
    Value sample = b.sliceDim(samples, 1, constant(reversed ? spatial - 1 - d : d), constant(1)); // [images, 1]
    Value number =
        graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType({constant(1), constant(outputs[d])}, type), 1);
    Value alpha = b.scalar(real, outputs[d] > 1 ? double(slack) / double(outputs[d] - 1) : 0.0, 2);
    Value start =
        b.sub(b.cast(b.mul(b.add(b.cast(number, real), sample), alpha), type), b.cast(b.mul(sample, alpha), type));
    // The last window ends with the image.
    Value isLast = b.compare(CompareKind::Equal, number, b.scalar(type, double(outputs[d] - 1), 2));
    start = b.unsqueeze(b.select(isLast, b.scalar(type, double(slack), 2), start), {2});
    Value tap = graph::IotaOp::create(b, b.getLoc(),
                                      graph::makeTensorType({constant(1), constant(1), constant(kernel[d])}, type), 2);
    Value own = b.add(start, tap); // [images, output, kernel]
    x = b.gather(x, b.reshape(own, {images, constant(outputs[d] * kernel[d])}), 1 + d, /*batchDims=*/1);
    Extents shape(1 + 2 * spatial, constant(1));
    shape[0] = images;
    shape[1 + 2 * d] = constant(outputs[d]);
    shape[2 + 2 * d] = constant(kernel[d]);
    own = b.mul(b.reshape(own, shape), b.scalar(type, double(step), 1 + 2 * spatial));
    places = places ? b.add(places, own) : own;
    step *= extent;
    taps *= kernel[d];
  }
  Extents rows{images}, result(ArrayRef(extents).take_front(2));
  for (int64_t d = 0; d < spatial; ++d) {
    windows.append({constant(outputs[d]), constant(kernel[d])});
    rows.push_back(constant(outputs[d]));
    result.push_back(constant(outputs[d]));
    order.push_back(1 + 2 * d);
  }
  for (int64_t d = 0; d < spatial; ++d)
    order.push_back(2 + 2 * d);
  rows.push_back(constant(taps));
  auto inRows = [&](Value value) { return b.reshape(b.transpose(value, order), rows); };
  x = inRows(b.reshape(x, windows));
  Value at = b.cast(b.argReduce(ReduceKind::Max, x, 1 + spatial, /*keepDims=*/true), type);
  const Type index = node.declaredElement(1) ? node.declaredElement(1) : type;
  Value largest = b.reduce(ReduceKind::Max, x, {1 + spatial}, /*keepDims=*/false);
  Value where = b.cast(b.gatherElements(inRows(places), at, 1 + spatial), index);
  auto finish = [&](Value value) {
    value = b.reshape(value, result);
    return isBatch ? value : b.squeeze(value, {0});
  };
  return Operand::tuple({finish(largest), finish(where)});
}

} // namespace wasmind::mindir
