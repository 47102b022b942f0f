#include "compiler/frontend/mindir/Regions.h"

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

} // namespace wasmind::mindir
