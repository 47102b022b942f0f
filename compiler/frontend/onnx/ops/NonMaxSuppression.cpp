#include "compiler/frontend/onnx/ControlFlow.h"
#include <limits>

namespace wasmind::onnx {
namespace {

struct Box {
  Value low[2], high[2], area; // [...]
};

// boxes [N images, B, 4], by opposite corners in any order or by centre, width and height.
Box cornersOf(Compose &compose, Value boxes, bool isCentred) {
  auto part = [&](int64_t i) {
    return compose.squeeze(
        compose.sliceDim(boxes, 2, compose.getAffineConstantExpr(i), compose.getAffineConstantExpr(1)), {2});
  };
  Box box;
  for (int i : {0, 1}) {
    Value a = part(i), b = part(i + 2);
    if (isCentred) {
      Value half = compose.div(b, compose.scalarLike(b, 2));
      b = compose.add(a, half);
      a = compose.sub(a, half);
    }
    box.low[i] = compose.minimum(a, b);
    box.high[i] = compose.maximum(a, b);
  }
  box.area = compose.mul(compose.sub(box.high[0], box.low[0]), compose.sub(box.high[1], box.low[1]));
  return box;
}

template <typename Each> Box mapped(const Box &box, Each each) {
  return {{each(box.low[0]), each(box.low[1])}, {each(box.high[0]), each(box.high[1])}, each(box.area)};
}

// How large a part of what two boxes cover together is common to them, -inf where they do not overlap. All of it
// compares and selects numbers, which are few instructions each: maxima of what may be NaN are many, and so is joining
// conditions.
Value commonPart(Compose &compose, const Box &a, const Box &b) {
  auto lower = [&](Value x, Value y) { return compose.select(compose.compare(CompareKind::Less, x, y), x, y); };
  auto higher = [&](Value x, Value y) { return compose.select(compose.compare(CompareKind::Less, x, y), y, x); };
  Value common;
  for (int i : {0, 1}) {
    Value length = compose.sub(lower(a.high[i], b.high[i]), higher(a.low[i], b.low[i]));
    length = higher(compose.scalarLike(length, 0), length);
    common = common ? compose.mul(common, length) : length;
  }
  Value part = compose.div(common, compose.sub(compose.add(a.area, b.area), common));
  Value isAny = compose.compare(CompareKind::Greater, common, compose.scalarLike(common, 0));
  return compose.select(isAny, part, compose.scalarLike(part, -std::numeric_limits<double>::infinity()));
}

} // namespace
} // namespace wasmind::onnx

// boxes [N, B, 4], scores [N, C, B], limits of how many per class, of the overlap and of the score; gives the positions
// [selected, 3] (image, class, box): of each class, again and again the box with the highest score that overlaps none
// of those before by more than the limit.
WASMIND_ONNX_OPERATOR(NonMaxSuppression) {
  Compose &compose = node.compose();
  Value boxes = node.input(0), scores = node.input(1);
  boxes = node.rank(boxes) == 3 ? compose.withExtent(boxes, 2, compose.getAffineConstantExpr(4)) : Value();
  if (!boxes || node.rank(scores) != 3)
    return node.fail("boxes must be [N, boxes, 4] and scores [N, classes, boxes]");
  const Type i64 = compose.getI64Type(), real = compose.elementOf(scores);
  const double infinity = std::numeric_limits<double>::infinity();
  auto constant = [&](int64_t value) { return compose.getAffineConstantExpr(value); };
  Extents shape = compose.extentsOf(scores);
  if (!compose.equate(shape[0], compose.extentsOf(boxes)[0]) || !compose.equate(shape[2], compose.extentsOf(boxes)[1]))
    return node.fail("boxes and scores are of different numbers of boxes");
  boxes = compose.reshape(boxes, {shape[0], shape[2], constant(4)});
  if (node.bounds(shape[2]).min < 1) { // one more, which is never selected, so that there is one to look at
    boxes = compose.pad(boxes, compose.scalar(compose.elementOf(boxes), 0), {0, 0, 0}, {0, 1, 0});
    scores = compose.pad(scores, compose.scalar(real, -infinity), {0, 0, 0}, {0, 0, 1});
    shape = compose.extentsOf(scores);
  }
  const AffineExpr classes = shape[1], count = shape[2];
  auto input = [&](unsigned i, Type element, double otherwise) {
    return node.hasInput(i) ? compose.cast(compose.reshape(node.input(i), Integers()), element)
                            : compose.scalar(element, otherwise);
  };
  Value most = input(2, i64, 0), overlap = input(3, real, 0), lowest = input(4, real, -infinity);
  if (!boxes || !most || !overlap || !lowest)
    return node.fail("max_output_boxes_per_class, iou_threshold and score_threshold must be one number each");
  // No part is larger than all: nothing else compares with infinity.
  Value whole = compose.scalar(real, 2);
  overlap = compose.select(compose.compare(CompareKind::Less, overlap, whole), overlap, whole);
  const auto limit = node.hasInput(2) ? node.knownIntegers(2) : std::optional(Integers{0});
  if (limit && limit->front() <= 0)
    return compose.splat({constant(0), constant(3)}, i64, 0);
  Value trips = compose.minimum(compose.maximum(most, compose.scalarLike(most, 0)), compose.extent(count));
  const auto countRange = node.bounds(count);
  const AffineExpr rowCount = limit && limit->front() <= countRange.min ? constant(limit->front()) : count;

  // Candidates: the boxes whose scores are high enough, of each class in their order. Classes that have fewer than
  // others are filled up with any box of score -inf, which is also the score of what is selected or overlaps it later.
  const Type i32 = compose.getI32Type();
  Value none = compose.scalar(real, -infinity);
  Value isCandidate = compose.compare(CompareKind::Greater, scores, compose.maximum(lowest, none));
  Value ones = compose.cast(isCandidate, i32);
  Value counts = compose.reduce(ReduceKind::Sum, ones, {2}, /*keepDims=*/true);
  Value largest =
      compose.maximum(compose.reduce(ReduceKind::Max, counts, {0, 1, 2}, /*keepDims=*/false), compose.scalar(i32, 1));
  const AffineExpr room = compose.measure(compose.cast(largest, i64), node.nameOfExtent(0, 0) + ".candidates", 1,
                                          std::max<int64_t>(countRange.max, 1));
  if (!room || !compose.require(count - room, /*isZero=*/false, "more candidates than boxes"))
    return Failure();
  const Extents table{shape[0], classes, room};
  const AffineExpr cells = graph::productOf(table, compose.getContext());
  auto iota = [&](AffineExpr extent, int64_t dim, int64_t rank) -> Value {
    Extents line(rank, constant(1));
    line[dim] = extent;
    return graph::IotaOp::create(compose, compose.getLoc(), graph::makeTensorType(line, i32), dim);
  };
  auto number = [&](AffineExpr extent) { return compose.cast(compose.extent(extent), i32); };
  auto flat = [&](Value x) {
    return compose.reshape(x, {graph::productOf(compose.extentsOf(x), compose.getContext())});
  };
  Value before = graph::ScanOp::create(compose, compose.getLoc(), ReduceKind::Sum, ones, uint64_t(2),
                                       /*exclusive=*/true, /*reversed=*/false);
  Value row = compose.add(compose.mul(iota(shape[0], 0, 3), number(classes)), iota(classes, 1, 3));
  Value cell = compose.select(isCandidate, compose.add(compose.mul(row, number(room)), before), number(cells));
  Value candidates =
      graph::ScatterOp::create(compose, compose.getLoc(), ScatterKind::Set, compose.splat({cells}, i32, 0), flat(cell),
                               flat(compose.broadcastTo(iota(count, 2, 3), shape)));
  candidates = compose.reshape(candidates, table);
  Value places = iota(room, 2, 3);
  Value open = compose.select(compose.compare(CompareKind::Less, places, counts),
                              compose.gather(scores, candidates, 2, /*batchDims=*/2), none);
  // The corners of candidates lie side by side: a kernel reads them in vectors.
  const Box all = mapped(cornersOf(compose, boxes, node.integer("center_point_box") == 1), [&](Value part) {
    Value rows = compose.reshape(candidates, {shape[0], graph::normalise(classes * room)});
    return compose.reshape(compose.gather(part, rows, 1, /*batchDims=*/1), table);
  });
  auto isOpen = [&](Value score) { return compose.compare(CompareKind::Greater, score, none); };
  auto highestOf = [&](Value open) { return compose.reduce(ReduceKind::Max, open, {2}, /*keepDims=*/true); };
  auto isAnyOpen = [&](Value highest) {
    return isOpen(compose.reduce(ReduceKind::Max, highest, {0, 1, 2}, /*keepDims=*/false));
  };
  Value highest = highestOf(open);
  auto results = emitLoop(
      node, trips, isAnyOpen(highest), rowCount, {open, highest},
      [&](Value iteration, llvm::ArrayRef<Value> carried) -> std::optional<Iteration> {
        Value open = carried[0], highest = carried[1];
        // The first of those with the highest score.
        Value chosen = compose.select(compose.compare(CompareKind::Equal, open, highest), places,
                                      compose.scalar(i32, std::numeric_limits<int32_t>::max(), 3));
        chosen = compose.reduce(ReduceKind::Min, chosen, {2}, /*keepDims=*/false);
        auto atChosen = [&](Value part) { return compose.gather(part, chosen, 2, /*batchDims=*/2); };
        const Box box = mapped(all, [&](Value part) { return compose.unsqueeze(atChosen(part), {2}); });
        // Whatever it overlaps, what is chosen is out.
        Value isChosen = compose.compare(CompareKind::Equal, places, compose.unsqueeze(chosen, {2}));
        Value part = compose.select(isChosen, compose.scalar(real, infinity, 3), commonPart(compose, box, all));
        open = compose.select(compose.compare(CompareKind::Greater, part, overlap), none, open);
        // A row holds the boxes plus 1, and 0 where there is none.
        Value selected = atChosen(candidates);
        Value row =
            compose.select(isOpen(compose.squeeze(highest, {2})),
                           compose.add(selected, compose.scalarLike(selected, 1)), compose.scalarLike(selected, 0));
        highest = highestOf(open);
        return Iteration{isAnyOpen(highest), {open, highest}, {{row, iteration}}};
      });
  if (!results)
    return Failure();
  Value rows = compose.transpose((*results)[2], {1, 2, 0});
  Value flags = compose.compare(CompareKind::Greater, rows, compose.scalarLike(rows, 0));
  Value positions = compose.positionsOf(flags, node.nameOfExtent(0, 0));
  if (!positions)
    return Failure();
  Value box = compose.gather(compose.reshape(rows, {graph::productOf(compose.extentsOf(rows), compose.getContext())}),
                             positions, 0);
  box = compose.cast(box, i64);
  auto extentOf = [&](AffineExpr extent) { return compose.reshape(compose.extent(extent), Integers{1}); };
  Value pair = compose.binary(BinaryKind::FloorDiv, positions, extentOf(rowCount));
  Value image = compose.binary(BinaryKind::FloorDiv, pair, extentOf(classes));
  Value columns[] = {image, compose.sub(pair, compose.mul(image, extentOf(classes))),
                     compose.sub(box, compose.scalarLike(box, 1))};
  return compose.concat(llvm::map_to_vector(columns, [&](Value column) { return compose.unsqueeze(column, {1}); }), 1);
}
