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

// Whether two boxes overlap by more than a part of what they cover together.
Value overlaps(Compose &compose, const Box &a, const Box &b, Value threshold) {
  Value common;
  for (int i : {0, 1}) {
    Value length = compose.sub(compose.minimum(a.high[i], b.high[i]), compose.maximum(a.low[i], b.low[i]));
    length = compose.maximum(length, compose.scalarLike(length, 0));
    common = common ? compose.mul(common, length) : length;
  }
  Value together = compose.sub(compose.add(a.area, b.area), common);
  Value isMore = compose.compare(CompareKind::Greater, compose.div(common, together), threshold);
  return compose.binary(BinaryKind::And, isMore,
                        compose.compare(CompareKind::Greater, common, compose.scalarLike(common, 0)));
}

} // namespace
} // namespace wasmind::onnx

// boxes [N, B, 4], scores [N, C, B], limits of how many per class, of the overlap and of the score; gives the positions
// [selected, 3] (image, class, box): of each class, again and again the box with the highest score that overlaps none
// of those before by more than the limit.
WASMIND_ONNX_OPERATOR(NonMaxSuppression) {
  Compose &compose = node.compose();
  Value boxes = node.input(0), scores = node.input(1);
  if (node.rank(boxes) != 3 || node.rank(scores) != 3 || node.staticExtent(boxes, 2) != 4)
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
  const auto limit = node.hasInput(2) ? node.knownIntegers(2) : std::optional(Integers{0});
  if (limit && limit->front() <= 0)
    return compose.splat({constant(0), constant(3)}, i64, 0);
  Value trips = compose.minimum(compose.maximum(most, compose.scalarLike(most, 0)), compose.extent(count));
  const auto countRange = node.bounds(count);
  const AffineExpr rowCount = limit && limit->front() <= countRange.min ? constant(limit->front()) : count;

  // Scores of boxes that are out are -inf: those that are too low first, then what is selected and what overlaps it.
  Value none = compose.scalar(real, -infinity);
  Value open = compose.select(compose.compare(CompareKind::Greater, scores, lowest), scores, none);
  const Box all = cornersOf(compose, boxes, node.integer("center_point_box") == 1);
  auto isOpen = [&](Value score) { return compose.compare(CompareKind::Greater, score, none); };
  auto highestOf = [&](Value open) { return compose.reduce(ReduceKind::Max, open, {2}, /*keepDims=*/true); };
  auto isAnyOpen = [&](Value highest) {
    return isOpen(compose.reduce(ReduceKind::Max, highest, {0, 1, 2}, /*keepDims=*/false));
  };
  const Type i32 = compose.getI32Type();
  Value highest = highestOf(open);
  auto results = emitLoop(
      node, trips, isAnyOpen(highest), rowCount, {open, highest},
      [&](Value iteration, llvm::ArrayRef<Value> carried) -> std::optional<Iteration> {
        Value open = carried[0], highest = carried[1];
        // The first of those with the highest score.
        Value places = graph::IotaOp::create(compose, compose.getLoc(),
                                             graph::makeTensorType({constant(1), constant(1), count}, i32), 2);
        Value chosen = compose.select(compose.compare(CompareKind::Equal, open, highest), places,
                                      compose.scalar(i32, std::numeric_limits<int32_t>::max(), 3));
        chosen = compose.reduce(ReduceKind::Min, chosen, {2}, /*keepDims=*/false);
        const Box box = mapped(
            all, [&](Value part) { return compose.unsqueeze(compose.gather(part, chosen, 1, /*batchDims=*/1), {2}); });
        const Box others = mapped(all, [&](Value part) { return compose.unsqueeze(part, {1}); });
        Value isOut = compose.binary(BinaryKind::Or, overlaps(compose, box, others, overlap),
                                     compose.compare(CompareKind::Equal, places, compose.unsqueeze(chosen, {2})));
        open = compose.select(isOut, none, open);
        // A row holds the boxes plus 1, and 0 where there is none.
        Value row = compose.select(isOpen(compose.squeeze(highest, {2})),
                                   compose.add(chosen, compose.scalarLike(chosen, 1)), compose.scalarLike(chosen, 0));
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
