#include "compiler/frontend/mindir/Pools.h"
#include "compiler/frontend/mindir/Shapes.h"

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

Operand maxUnpool(Node &node, int64_t spatial) {
  Value x = node.tensor(0), places = toIndices(node, node.tensor(1));
  const Integers none;
  Integers kernel = node.integers("ksize", Node::none), strides = node.integers("strides", Node::none, none),
           pads = node.integers("pads", Node::none, Integers{0}),
           shape = node.integers("output_shape", Node::none, none);
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
  kernel = spatialOnly(kernel, "ksize");
  strides = strides.empty() ? kernel : spatialOnly(strides, "strides");
  pads = spatialOnly(pads, "pads");
  if (!shape.empty())
    shape = spatialOnly(shape, "output_shape");
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

} // namespace wasmind::mindir
