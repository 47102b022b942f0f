#include "compiler/frontend/mindir/Shapes.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace llvm;
namespace wasmind::mindir {

Operand reshapeTo(Node &node, Value x, Extents shape) {
  Compose &b = node.compose;
  AffineExpr *open = nullptr;
  Extents known;
  for (AffineExpr &extent : shape) {
    auto constant = graph::constantOf(extent);
    if (constant == -1 && !open)
      open = &extent;
    else if (constant && *constant < 0)
      return node.fail("a shape with the entry " + Twine(*constant));
    else
      known.push_back(extent);
  }
  if (open) {
    AffineExpr all = graph::productOf(b.extentsOf(x), b.getContext());
    AffineExpr rest = graph::productOf(known, b.getContext());
    auto quotient = graph::constantOf(rest) == 0 ? std::nullopt : graph::divideExactly(all, rest);
    if (!quotient)
      return node.fail("the elements do not divide into that shape");
    *open = *quotient;
  }
  return b.reshape(x, shape);
}

Value sliceAlong(Node &node, Value x, int64_t dim, const graph::AxisSlice &slice) {
  if (!x || node.failed())
    return {};
  Compose &b = node.compose;
  auto range = graph::rangeOf(slice, b.extentsOf(x)[dim], node.module());
  if (!range) {
    node.fail("dimension " + Twine(dim) + ": " + toString(range.takeError()));
    return {};
  }
  x = b.sliceDim(x, dim, range->start, range->count, range->stride);
  return x && range->isReversed ? graph::ReverseOp::create(b, b.getLoc(), x, ArrayRef<int64_t>{dim}) : x;
}

Value takeAlong(Node &node, Value x, int64_t dim, AffineExpr index) {
  if (!x || node.failed())
    return {};
  Compose &b = node.compose;
  auto place = graph::placeOf(index, b.extentsOf(x)[dim], node.module());
  if (!place) {
    node.fail("dimension " + Twine(dim) + ": " + toString(place.takeError()));
    return {};
  }
  return b.squeeze(b.sliceDim(x, dim, *place, b.getAffineConstantExpr(1)), {dim});
}

void expectInside(Node &node, int64_t dim, AffineExpr start, AffineExpr count, AffineExpr extent) {
  if (Error outside = graph::checkInside(start, count, extent, node.module()))
    node.fail("dimension " + Twine(dim) + ": " + toString(std::move(outside)));
}

Operand split(Node &node, Value x, int64_t dim, ArrayRef<int64_t> extents) {
  Compose &b = node.compose;
  int64_t whole = node.staticExtent(x, dim, "input 0"), start = 0;
  if (node.failed())
    return {};
  if (extents.size() > (1 << 16))
    return node.fail("more than 65536 parts");
  SmallVector<Operand> parts;
  for (int64_t extent : extents) {
    if (extent < 0 || extent > whole - start)
      return node.fail("the parts are larger than the extent of " + Twine(whole));
    parts.push_back(b.sliceDim(x, dim, b.getAffineConstantExpr(start), b.getAffineConstantExpr(extent)));
    start += extent;
  }
  if (start != whole)
    return node.fail("the parts do not fill the extent of " + Twine(whole));
  return Operand::sequence(parts);
}

Operand splitBySize(Node &node, Value x, int64_t dim, int64_t extent, int64_t part) {
  if (extent / part > (1 << 16))
    return node.fail("more than 65536 parts");
  Integers extents;
  for (int64_t rest = extent; rest > 0; rest -= part)
    extents.push_back(std::min(rest, part));
  return split(node, x, dim, extents);
}

/// Mirrored with the border element, so that it stands twice.
static Operand padSymmetric(Node &node, Value x, ArrayRef<int64_t> low, ArrayRef<int64_t> high) {
  Compose &b = node.compose;
  for (int64_t dim = 0; dim < node.rank(x) && !node.failed(); ++dim) {
    if (low[dim] == 0 && high[dim] == 0)
      continue;
    int64_t extent = node.staticExtent(x, dim, "input 0");
    if (low[dim] < 0 || high[dim] < 0 || std::max(low[dim], high[dim]) > extent)
      return node.fail("symmetric padding must be 0 to the extent it mirrors, " + Twine(extent));
    auto mirrored = [&](int64_t start, int64_t count) -> Value {
      Value part = b.sliceDim(x, dim, b.getAffineConstantExpr(start), b.getAffineConstantExpr(count));
      return part ? Value(graph::ReverseOp::create(b, b.getLoc(), part, ArrayRef<int64_t>{dim})) : part;
    };
    SmallVector<Value> parts;
    if (low[dim])
      parts.push_back(mirrored(0, low[dim]));
    parts.push_back(x);
    if (high[dim])
      parts.push_back(mirrored(extent - high[dim], high[dim]));
    x = b.concat(parts, dim);
  }
  return x;
}

Operand padWith(Node &node, Value x, StringRef mode, ArrayRef<int64_t> low, ArrayRef<int64_t> high, Value value) {
  if (node.failed())
    return {};
  Compose &b = node.compose;
  for (int64_t amount : concat<const int64_t>(low, high))
    if (amount < -(1 << 30) || amount > (1 << 30))
      return node.fail("padding of " + Twine(amount) + " is out of range");
  for (auto [dim, extent] : enumerate(b.extentsOf(x))) {
    const int64_t reach = std::max(low[dim], high[dim]);
    node.expectAtLeast(extent, -std::min<int64_t>(low[dim], 0) - std::min<int64_t>(high[dim], 0),
                       "padding of " + Twine(low[dim]) + " and " + Twine(high[dim]) + " in dimension " + Twine(dim));
    if (mode != "constant" && reach > 0)
      node.expectAtLeast(extent,
                         mode == "reflect"    ? reach + 1
                         : mode == "circular" ? reach
                                              : 1,
                         "padding mode '" + mode + "' in dimension " + Twine(dim));
  }
  if (node.failed())
    return {};
  if (mode == "constant")
    return b.pad(x, value ? value : b.scalar(node.element(x), 0), low, high);
  if (mode == "reflect")
    return b.padReflect(x, low, high);
  if (mode == "edge" || mode == "replicate")
    return b.padEdge(x, low, high);
  if (mode == "circular")
    return b.padWrap(x, low, high);
  if (mode == "SYMMETRIC")
    return padSymmetric(node, x, low, high);
  return node.fail("padding mode '" + mode + "' is not supported");
}

Operand padFromLast(Node &node, StringRef mode) {
  Value x = node.tensor(0), value = mode == "constant" ? node.optionalTensor(2) : Value();
  Integers pads = node.integers("paddings", 1);
  if (node.failed())
    return {};
  int64_t rank = node.rank(x), count = pads.size() / 2;
  if (pads.size() % 2 != 0 || count > rank)
    return node.fail("paddings has " + Twine(pads.size()) + " entries for rank " + Twine(rank));
  Integers low(rank, 0), high(rank, 0);
  for (int64_t i = 0; i < count; ++i) {
    low[rank - 1 - i] = pads[2 * i];
    high[rank - 1 - i] = pads[2 * i + 1];
  }
  return padWith(node, x, mode, low, high, value ? node.compose.cast(value, node.element(x)) : value);
}

void expectIndices(Node &node, Value indices, Value x, int64_t dim) {
  if (node.failed())
    return;
  if (dim >= node.rank(x)) {
    node.fail("indices into dimension " + Twine(dim) + " of a tensor that has " + Twine(node.rank(x)));
    return;
  }
  if (Error outside = graph::checkIndices(indices, node.compose.extentsOf(x)[dim], node.module()))
    node.fail("dimension " + Twine(dim) + ": " + toString(std::move(outside)));
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

Operand topAlong(Node &node, Value x, int64_t k, int64_t dim, bool smallest) {
  Compose &b = node.compose;
  int64_t extent = node.staticExtent(x, dim, "input 0"), last = node.rank(x) - 1;
  if (!node.failed() && (k < 1 || k > extent))
    return node.fail("k = " + Twine(k) + " is out of range for an extent of " + Twine(extent));
  if (node.failed())
    return {};
  auto order = to_vector(seq<int64_t>(0, last + 1));
  std::swap(order[dim], order[last]); // its own inverse
  Value rows = b.transpose(x, order);
  if (!rows)
    return {};
  auto top = graph::TopKOp::create(b, b.getLoc(), rows, k, smallest);
  Type type = node.declaredElement(1) ? node.declaredElement(1) : b.getI64Type();
  return Operand::tuple({b.transpose(top.getValues(), order), b.cast(b.transpose(top.getIndices(), order), type)});
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

std::pair<Value, Value> halves(Node &node, StringRef axisName) {
  Value x = node.tensor(0);
  int64_t axis = node.axis(node.integer(axisName, 1, -1), node.rank(x));
  int64_t extent = node.failed() ? 0 : node.staticExtent(x, axis, "input 0");
  if (!node.failed() && extent % 2 != 0)
    node.fail("an extent of " + Twine(extent) + " has no halves");
  if (node.failed())
    return {};
  AffineExpr half = node.compose.getAffineConstantExpr(extent / 2);
  return {node.compose.sliceDim(x, axis, node.compose.getAffineConstantExpr(0), half),
          node.compose.sliceDim(x, axis, half, half)};
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
  int64_t extent = node.failed() ? 0 : node.staticExtent(x, axis, "input 0");
  if (node.failed())
    return {};
  Operand parts = splitBySize(node, x, axis, extent, 1);
  return mapLeaves(parts, [&](const Operand &part) { return Operand(node.compose.squeeze(part.tensor, {axis})); });
}

Operand sort(Node &node, StringRef axisName) {
  Value x = node.tensor(0);
  int64_t axis = node.axis(node.integer(axisName, 1, -1), node.rank(x));
  bool descending = node.flag("descending", 2, false);
  int64_t extent = node.failed() ? 1 : node.staticExtent(x, axis, "input 0");
  return node.failed() ? Operand() : topAlong(node, x, extent, axis, !descending);
}

Operand scalars(Node &node, function_ref<AffineExpr(AffineExpr, AffineExpr)> combine) {
  if (node.inputCount() < 2)
    return node.fail("2 inputs are needed");
  Extents x = node.extents("", 0), y = node.extents("", 1);
  if (!node.failed() && (x.size() != 1 || y.size() != 1))
    return node.fail("integers are needed");
  return node.failed() ? Operand() : Operand::extent(combine(x.front(), y.front()));
}

Operand resize(Node &node, Value x, ArrayRef<int64_t> size, bool alignCorners, bool halfPixel, bool linear) {
  if (size.size() != 2)
    return node.fail("size has " + Twine(size.size()) + " entries, 2 are needed");
  for (unsigned d = 0; d < 2; ++d) {
    int64_t from = node.staticExtent(x, 2 + d, "input 0"), to = size[d];
    if (to < 1 || to > (1 << 20))
      node.fail("a size of " + Twine(to) + " is out of range");
    if (node.failed())
      return {};
    bool corners = alignCorners && to > 1;
    double scale = corners ? static_cast<double>(from - 1) / (to - 1) : static_cast<double>(from) / to;
    auto position = [=](int64_t i) { return halfPixel && !alignCorners ? (i + 0.5) * scale - 0.5 : i * scale; };
    if (linear) {
      x = node.compose.resizeLinear(x, 2 + d, to, position);
    } else {
      x = node.compose.resizeNearest(x, 2 + d, to, [=](int64_t i) {
        if (corners)
          return static_cast<int64_t>(std::round(i * scale));
        return static_cast<int64_t>(std::floor(halfPixel ? (i + 0.5) * scale : i * scale));
      });
    }
  }
  return x;
}

Operand resizeImage(Node &node, bool linear) {
  Value x = node.tensor(0);
  Integers size = node.integers("size", 1);
  bool alignCorners = node.flag("align_corners", 2, false), halfPixel = node.flag("half_pixel_centers", 3, false);
  return node.expectRank(x, 4, "input 0") ? resize(node, x, size, alignCorners, halfPixel, linear) : Operand();
}

} // namespace wasmind::mindir
