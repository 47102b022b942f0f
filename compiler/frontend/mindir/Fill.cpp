#include "compiler/frontend/mindir/Fill.h"
#include <numbers>

namespace wasmind::mindir {

Operand fill(Node &node, double value) {
  Extents shape = node.extents("shape", 0);
  Type type = node.dtype("dtype", 1);
  if (!type)
    type = node.declaredElement() ? node.declaredElement() : node.compose.getF32Type();
  return node.failed() ? Value() : node.compose.splat(shape, type, value);
}

Operand fillNew(Node &node, double value) {
  Value x = node.tensor(0);
  Extents shape = node.extents("size", 1);
  Type type = node.dtype("dtype", 2);
  return node.failed() ? Value() : node.compose.splat(shape, type ? type : node.element(x), value);
}

Operand fillLike(Node &node, double value) {
  Value x = node.tensor(0);
  Type type = node.dtype("dtype", 1);
  return node.failed() ? Value() : node.compose.splat(node.compose.extentsOf(x), type ? type : node.element(x), value);
}

Value oneElement(Node &node, Value x, llvm::StringRef what) {
  if (!x || node.failed())
    return {};
  for (AffineExpr extent : node.compose.extentsOf(x))
    if (!graph::isOne(extent)) {
      node.fail(what + " is a tensor of several elements, one is needed");
      return {};
    }
  return node.compose.reshape(x, llvm::ArrayRef<int64_t>());
}

Operand filled(Node &node, const Extents &shape, Value value, Type type) {
  value = oneElement(node, value, "the value");
  if (node.failed())
    return {};
  return node.compose.broadcastTo(type ? node.compose.cast(value, type) : value, shape);
}

Value evenlySpaced(Node &node, Value start, Value end, AffineExpr count, Type type) {
  node.require(count, "a count of '" + node.text(count) + "'");
  if (node.failed())
    return {};
  Compose &b = node.compose;
  const bool isWide = mlir::isa<mlir::FloatType>(type) && !type.isF64();
  const Type inside = isWide ? Type(b.getF32Type()) : Type(b.getF64Type());
  auto number = [&](Value x) { return b.reshape(b.cast(x, inside), llvm::ArrayRef<int64_t>{1}); };
  start = number(start);
  end = number(end);
  Value places = graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType({count}, b.getI64Type()), 0);
  Value steps = b.cast(b.extent(count - 1), inside), one = b.scalarLike(steps, 1);
  Value line = b.add(start, b.mul(b.cast(places, inside), b.div(b.sub(end, start), b.maximum(steps, one))));
  return b.cast(line, type);
}

Operand triangleIndices(Node &node, bool upper) {
  const int64_t rows = node.integer("row", Node::none), columns = node.integer("col", Node::none),
                offset = node.integer("offset", Node::none, 0);
  if (node.failed() || rows < 0 || columns < 0 || rows > (1 << 12) || columns > (1 << 12))
    return node.fail("row and col are not in 0 to 4096");
  Integers places[2];
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t column = 0; column < columns; ++column)
      if (upper ? column - row >= offset : column - row <= offset) {
        places[0].push_back(row);
        places[1].push_back(column);
      }
  const int64_t count = places[0].size();
  places[0].append(places[1]);
  Compose &b = node.compose;
  Value table = b.reshape(graph::makeIntegers(b, b.getLoc(), places[0]), Integers{2, count});
  return b.cast(table, node.declaredElement() ? node.declaredElement() : b.getI32Type());
}

Operand window(Node &node, Window kind) {
  const AffineExpr count = node.extentOf(node.amount("", 0), 0);
  const bool periodic = node.flag("periodic", Node::none, true);
  const double alpha = node.number("alpha", Node::none, 0.54), beta = node.number("beta", Node::none, 0.46);
  Type type = node.declaredElement() ? node.declaredElement() : node.compose.getF32Type();
  node.require(count, "a length of '" + node.text(count) + "'");
  if (node.failed())
    return {};
  Compose &b = node.compose;
  const Type f64 = b.getF64Type();
  Value places = graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType({count}, b.getI64Type()), 0);
  Value steps = b.cast(b.extent(periodic ? count : count - 1), f64), one = b.scalarLike(steps, 1);
  Value part = b.div(b.cast(places, f64), b.maximum(steps, one));
  auto number = [&](double value) { return b.scalarLike(part, value); };
  auto cosine = [&](double turns) {
    return b.unary(UnaryKind::Cos, b.mul(part, number(2 * std::numbers::pi * turns)));
  };
  Value value;
  if (kind == Window::Bartlett) {
    value = b.sub(number(1), b.unary(UnaryKind::Abs, b.sub(b.mul(part, number(2)), number(1))));
  } else if (kind == Window::Blackman) {
    value = b.add(b.sub(number(0.42), b.mul(cosine(1), number(0.5))), b.mul(cosine(2), number(0.08)));
  } else {
    value = b.sub(number(alpha), b.mul(cosine(1), number(beta)));
  }
  // A window of one element is 1.
  Value isOne = b.compare(CompareKind::Equal, b.extent(count), b.scalar(b.getI64Type(), 1));
  return b.cast(b.select(isOne, number(1), value), type);
}

} // namespace wasmind::mindir
