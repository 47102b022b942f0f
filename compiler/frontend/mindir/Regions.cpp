#include "compiler/frontend/mindir/Regions.h"
#include "compiler/frontend/mindir/Repeat.h"
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir {

RegionAxis neighboursOf(Compose &b, Value at, Value last) {
  auto number = [&](double value) { return b.scalar(b.elementOf(last), value); };
  at = b.minimum(b.maximum(at, number(0)), last);
  Value whole = b.unary(UnaryKind::Floor, at), part = b.sub(at, whole);
  return {{whole, b.minimum(b.add(whole, number(1)), last)}, {b.sub(number(1), part), part}};
}

Value sampleRegions(Compose &b, Value x, Value images, const RegionAxis &rows, const RegionAxis &columns) {
  const Type real = b.getF32Type(), integer = b.getI64Type();
  const Extents image = b.extentsOf(x);
  auto whole = [&](Value value) { return b.cast(value, integer); };
  // All images one after another.
  Value flat = b.reshape(x, {graph::productOf({image[0], image[1], image[2]}, b.getContext()), image[3]});
  images = b.minimum(b.maximum(whole(images), b.scalar(integer, 0)), whole(b.extent(image[0] - 1)));
  Value sum;
  for (size_t i = 0; i < rows.positions.size(); ++i)
    for (size_t j = 0; j < columns.positions.size(); ++j) {
      Value line = b.add(b.mul(images, whole(b.extent(image[1]))), whole(rows.positions[i])); // [R, rows]
      Value place = b.add(b.mul(b.unsqueeze(line, {2}), whole(b.extent(image[2]))),
                          b.unsqueeze(whole(columns.positions[j]), {1})); // [R, rows, columns]
      Value pixel = b.cast(b.gather(flat, place, 0), real);
      if (!rows.weights.empty()) {
        Value weight = b.mul(b.unsqueeze(rows.weights[i], {2}), b.unsqueeze(columns.weights[j], {1}));
        pixel = b.mul(pixel, b.unsqueeze(weight, {3}));
      }
      sum = sum ? b.add(sum, pixel) : pixel;
    }
  return sum;
}

llvm::SmallVector<double> fourNumbers(Node &node, llvm::StringRef attribute, double otherwise) {
  auto value = node.parameter(attribute, Node::none);
  if (!value || value->is(Operand::Kind::Nothing))
    return llvm::SmallVector<double>(4, otherwise);
  llvm::SmallVector<double> numbers;
  if (value->is(Operand::Kind::Sequence))
    for (const Operand &element : value->elements())
      numbers.push_back(element.is(Operand::Kind::Number) ? element.numberValue : double(element.integerValue));
  if (numbers.size() != 4) {
    node.fail(attribute + " has not 4 numbers");
    numbers.assign(4, otherwise);
  }
  return numbers;
}

Value overlapping(Compose &b, Value boxes, Value threshold) {
  auto column = [&](int64_t i) { return b.sliceDim(boxes, 1, b.getAffineConstantExpr(i), b.getAffineConstantExpr(1)); };
  auto across = [&](Value of) { return b.transpose(of, {1, 0}); };
  Value common, areas;
  for (int64_t i : {0, 1}) {
    Value low = column(i), high = column(i + 2), side = b.sub(high, low);
    Value shared = b.sub(b.minimum(high, across(high)), b.maximum(low, across(low)));
    shared = b.maximum(shared, b.scalarLike(shared, 0));
    common = common ? b.mul(common, shared) : shared;
    areas = areas ? b.mul(areas, side) : side;
  }
  Value together = b.sub(b.add(areas, across(areas)), common);
  return b.compare(CompareKind::Greater, b.div(common, together), threshold);
}

Value keepApart(Compose &b, Value overlaps, Value open) {
  const AffineExpr count = b.extentsOf(open)[0];
  Value places = graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType({count}, b.getI32Type()), 0);
  Value isAfter = b.compare(CompareKind::Less, b.unsqueeze(places, {1}), b.unsqueeze(places, {0}));
  Value ends = b.binary(BinaryKind::And, overlaps, isAfter); // row i: what i puts an end to
  auto kept = repeat(b, b.extent(count), {open}, [&](Value at, llvm::ArrayRef<Value> carried) {
    Value ended = b.binary(BinaryKind::And, b.gather(ends, at, 0), b.gather(carried[0], at, 0));
    return Iteration{{b.binary(BinaryKind::And, carried[0], b.unary(UnaryKind::Not, ended))}};
  });
  return kept.empty() ? Value() : kept[0];
}

Operand suppress(Node &node, Value scores, llvm::function_ref<Value(Value)> overlapsOf) {
  Compose &b = node.compose;
  Value most = node.amount("max_output_size", 2), lowest = node.tensor(4);
  if (node.failed())
    return {};
  Operand sorted = topAlong(node, scores, b.extentsOf(scores)[0], 0, /*smallest=*/false, b.getI32Type());
  if (node.failed())
    return {};
  scores = node.asTensor(sorted.elements()[0], "the scores");
  Value order = node.asTensor(sorted.elements()[1], "the order"), overlaps = overlapsOf(order);
  lowest = b.cast(b.reshape(lowest, Integers()), node.element(scores));
  Value kept = overlaps ? keepApart(b, overlaps, b.compare(CompareKind::Greater, scores, lowest)) : Value();
  if (!kept)
    return {};
  Value rank = graph::ScanOp::create(b, b.getLoc(), ReduceKind::Sum, b.cast(kept, b.getI64Type()), 0,
                                     /*exclusive=*/true, /*reverse=*/false);
  kept = b.binary(BinaryKind::And, kept, b.compare(CompareKind::Less, rank, most));
  Value places = b.positionsOf(kept, node.nameOfExtent(0));
  return places ? b.cast(b.gather(order, places, 0), node.declaredElement() ? node.declaredElement() : b.getI32Type())
                : Value();
}

} // namespace wasmind::mindir
