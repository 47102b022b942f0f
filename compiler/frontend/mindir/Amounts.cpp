//===- Amounts.cpp - integers of a node that may be extents or data, and what is required of them -----------------===//
#include "compiler/frontend/Measured.h"
#include "compiler/frontend/mindir/Operator.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
namespace wasmind::mindir {
using Kind = Operand::Kind;

//===- Parameters ------------------------------------------------------------------------------------------------===//

Value Node::elementAt(Value tensor, int64_t i) {
  return tensor ? compose.cast(frontend::elementAt(compose, tensor, i), compose.getI64Type()) : Value();
}

SmallVector<Value> Node::amounts(StringRef name, unsigned i) {
  const std::string what = nameOfParameter(name, i);
  auto value = parameter(name, i);
  SmallVector<Value> result;
  if (!value)
    fail(what + " is missing");
  else
    forEachLeaf(*value, [&](const Operand &leaf) {
      Value tensor = asTensor(leaf, what);
      if (!tensor)
        return;
      auto type = cast<mlir::RankedTensorType>(tensor.getType());
      const bool isShort = type.hasStaticShape() && type.getNumElements() <= (1 << 10);
      if (!isShort || !isa<mlir::IntegerType>(type.getElementType())) {
        failParameter(name, i, value,
                      " must be integers, as a tuple or as a tensor whose number of elements is known while compiling");
        return;
      }
      if (type.getRank() > 1)
        tensor = compose.reshape(tensor, ArrayRef<int64_t>{type.getNumElements()});
      for (int64_t k = 0; k < type.getNumElements(); ++k)
        result.push_back(elementAt(tensor, k));
    });
  return result;
}

Value Node::amount(StringRef name, unsigned i, std::optional<int64_t> defaultValue) {
  auto value = parameter(name, i);
  if ((!value || value->is(Kind::Nothing)) && defaultValue)
    return asTensor(Operand::integer(*defaultValue), name);
  auto values = amounts(name, i);
  if (!failed() && values.size() != 1)
    fail(nameOfParameter(name, i) + " is " + Twine(values.size()) + " integers, one is needed");
  return failed() ? Value() : values.front();
}

Extents Node::extents(StringRef name, unsigned i, std::optional<int64_t> max) {
  Extents result;
  for (auto [axis, value] : enumerate(amounts(name, i))) {
    result.push_back(extentOf(value, axis, max));
    if (!failed() && !graph::constantOf(result.back()))
      require(result.back(), nameOfParameter(name, i) + " has an entry '" + text(result.back()) + "'");
  }
  return failed() ? Extents() : result;
}

Extents Node::expressions(StringRef name, unsigned i) {
  Extents result;
  for (Value value : amounts(name, i)) {
    auto expression = known(value);
    if (!expression) {
      failParameter(name, i, parameter(name, i), " must be known while compiling or be computed from shapes");
      return {};
    }
    result.push_back(*expression);
  }
  return result;
}

//===- Extents ---------------------------------------------------------------------------------------------------===//

graph::Interval Node::bounds(AffineExpr extent) { return graph::boundsOf(extent, graph::getNamedDims(module())); }
std::string Node::text(AffineExpr extent) {
  return graph::toString(graph::normalise(extent), graph::getNamedDims(module()));
}

void Node::require(AffineExpr e, const Twine &reason) {
  const std::string line = reason.str();
  if (!failed() && !frontend::require(compose, e, line))
    fail(line + graph::adviceText(e, graph::getNamedDims(module())));
}

void Node::expectAtLeast(AffineExpr extent, int64_t least, const Twine &what) {
  if (!failed())
    require(extent - least,
            what + " needs an extent of at least " + Twine(least) + ", and '" + text(extent) + "' is less");
}

void Node::expectEqual(AffineExpr a, AffineExpr b, const Twine &reason) {
  if (!failed() && !compose.equate(a, b))
    fail(reason);
}

std::optional<AffineExpr> Node::known(Value scalar) { return scalar ? frontend::knownAmount(scalar) : std::nullopt; }

std::string Node::nameOfExtent(int64_t axis) const {
  auto name = dyn_cast<mlir::NameLoc>(compose.getLoc());
  return (name ? name.getName().getValue() : primitive).str() + "." + std::to_string(axis);
}

AffineExpr Node::extentOf(Value scalar, int64_t axis, std::optional<int64_t> max, const Twine &part) {
  if (failed() || !scalar)
    return compose.getAffineConstantExpr(0);
  auto expression = known(scalar);
  return expression ? *expression : measure(scalar, axis, max, part);
}

AffineExpr Node::measure(Value scalar, int64_t axis, std::optional<int64_t> max, const Twine &part) {
  AffineExpr extent = scalar ? context.measure(scalar, nameOfExtent(axis) + part.str(), max) : AffineExpr();
  return extent ? extent : compose.getAffineConstantExpr(0);
}

template <typename Slice> graph::AxisRange Node::rangeOfSlice(const Slice &slice, Value x, int64_t dim) {
  if (!failed() && slice.stride == 0)
    fail("a step of 0 in dimension " + Twine(dim));
  const AffineExpr zero = compose.getAffineConstantExpr(0);
  return failed() || !x ? graph::AxisRange{zero, zero}
                        : frontend::rangeOf(compose, slice, compose.extentsOf(x)[dim], nameOfExtent(dim));
}

graph::AxisRange Node::rangeOf(const graph::AxisSlice &slice, Value x, int64_t dim) {
  return rangeOfSlice(slice, x, dim);
}
graph::AxisRange Node::rangeOf(const graph::ComputedSlice &slice, Value x, int64_t dim) {
  return rangeOfSlice(slice, x, dim);
}

AffineExpr Node::placeOf(Value index, Value x, int64_t dim) {
  const AffineExpr zero = compose.getAffineConstantExpr(0);
  if (failed() || !index || !x)
    return zero;
  const AffineExpr extent = compose.extentsOf(x)[dim];
  auto expression = known(index);
  if (expression)
    if (auto constant = graph::constantOf(*expression)) // far outside is outside
      expression =
          compose.getAffineConstantExpr(std::clamp<int64_t>(*constant, -graph::extentLimit, graph::extentLimit));
  const auto range = expression ? bounds(*expression) : graph::Interval{-1, 0};
  const std::string reason = "dimension " + std::to_string(dim) + ": the index " +
                             (expression ? "'" + text(*expression) + "' " : "") + "lies outside an extent of '" +
                             text(extent) + "'";
  AffineExpr place;
  if (range.min < 0 && range.max >= 0) { // from which end is for the run to say
    index = compose.select(compose.compare(CompareKind::Less, index, compose.scalarLike(index, 0)),
                           compose.add(index, compose.extent(extent)), index);
    place = measure(index, dim, std::max<int64_t>(bounds(extent).max - 1, 0), ".start");
  } else {
    place = graph::normalise(range.min >= 0 ? *expression : extent + *expression);
  }
  require(place, reason);
  require(extent - 1 - place, reason);
  return place;
}

} // namespace wasmind::mindir
