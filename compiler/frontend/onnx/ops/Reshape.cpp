#include "compiler/frontend/onnx/Operator.h"

namespace wasmind::onnx {
namespace {

// The extents of a shape that the run computes: 0 copies, -1 takes what is left.
std::optional<Extents> computedShape(Node &node, const Extents &own, llvm::ArrayRef<Value> elements) {
  Compose &compose = node.compose();
  const bool copies = !node.flag("allowzero");
  const AffineExpr total = graph::productOf(own, compose.getContext());
  // Of nothing, the other extents may be anything.
  const auto count = node.bounds(total);
  const auto most = count.max > 0 ? std::optional(count.max) : std::nullopt;
  auto number = [&](int64_t value) {
    return compose.reshape(graph::makeIntegers(compose, compose.getLoc(), value), Integers());
  };
  Value zero = number(0), one = number(1), minusOne = number(-1), known = one;
  llvm::SmallVector<Value> extents;
  for (auto [i, element] : llvm::enumerate(elements)) {
    Value extent = compose.cast(element, compose.getI64Type());
    if (copies && i < own.size())
      extent = compose.select(compose.compare(CompareKind::Equal, extent, zero), compose.extent(own[i]), extent);
    known = compose.mul(known, compose.select(compose.compare(CompareKind::Equal, extent, minusOne), one, extent));
    extents.push_back(extent);
  }
  Value rest = compose.binary(BinaryKind::FloorDiv, compose.extent(total), known);
  Extents result;
  for (auto [i, extent] : llvm::enumerate(extents)) {
    Value chosen = compose.select(compose.compare(CompareKind::Equal, extent, minusOne), rest, extent);
    auto found = node.extentOf(chosen, 0, i, most);
    if (!found)
      return std::nullopt;
    result.push_back(*found);
  }
  return result;
}

// Whether an extent of the shape may be 0 in a run whose input has elements: it copies the input's extent then. Of an
// input without elements the extent stays 0. `shape` has one -1 at most.
bool copiesAtRunTime(Node &node, const Extents &own, const Extents &shape) {
  Compose &compose = node.compose();
  const graph::Dims dims = graph::namedDimsAt(compose.getInsertionBlock());
  const AffineExpr total = graph::productOf(own, compose.getContext());
  for (auto [i, extent] : llvm::enumerate(shape)) {
    const auto range = graph::boundsOf(extent, dims);
    if (i >= own.size() || graph::constantOf(extent) || range.min > 0 || range.max < 0 ||
        graph::divideExactly(total, extent))
      continue;
    Extents copied = shape;
    copied[i] = own[i];
    graph::Dims copying = dims;
    llvm::append_range(copying.facts, Extents{extent, extent * -1});
    if (llvm::none_of(copied, [](AffineExpr e) { return graph::constantOf(e) == -1; })) {
      const AffineExpr difference = graph::normalise(graph::productOf(copied, compose.getContext()) - total);
      llvm::append_range(copying.facts, Extents{difference, difference * -1});
    }
    // Where what is assumed contradicts the bounds, it is not used, and the extent seems to be more than 0.
    const bool isPossible = graph::boundsOf(extent, copying).max == 0;
    if (isPossible && graph::boundsOf(total + extent, copying).max > 0)
      return true;
  }
  return false;
}

} // namespace
} // namespace wasmind::onnx

// An extent of 0 copies the input's (unless allowzero says otherwise), -1 takes what is left.
WASMIND_ONNX_OPERATOR(Reshape) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  const Extents own = compose.extentsOf(x);
  Extents extents;
  if (node.opset() < 5) {
    for (int64_t extent : node.integers("shape"))
      extents.push_back(compose.getAffineConstantExpr(extent));
  } else if (auto known = graph::shapeValue(node.input(1));
             known && (node.flag("allowzero") || !copiesAtRunTime(node, own, *known))) {
    extents = *known;
  } else {
    auto elements = node.elements(1, "shape");
    auto computed = elements ? computedShape(node, own, *elements) : std::nullopt;
    if (!computed)
      return Failure();
    return compose.reshape(x, *computed);
  }

  std::optional<size_t> inferred;
  AffineExpr known = compose.getAffineConstantExpr(1);
  for (auto [i, extent] : llvm::enumerate(extents)) {
    auto constant = graph::constantOf(extent);
    if (constant == -1) {
      if (inferred)
        return node.fail("the shape has -1 twice");
      inferred = i;
      continue;
    }
    if (constant == 0 && !node.flag("allowzero")) {
      if (i >= own.size())
        return node.fail("the shape copies axis " + llvm::Twine(i) + " of an input of rank " + llvm::Twine(own.size()));
      extent = own[i];
    } else if (!node.require(extent, "the shape has the extent '" + node.text(extent) + "'")) {
      return Failure();
    }
    known = graph::productOf({known, extent}, compose.getContext());
  }
  const AffineExpr total = graph::productOf(own, compose.getContext());
  if (inferred) {
    auto rest = graph::divideExactly(total, known);
    auto divisor = graph::constantOf(known);
    const std::string fault = "'" + node.text(total) + "' elements do not divide by '" + node.text(known) +
                              "' to infer the extent of axis " + std::to_string(*inferred);
    if (!rest && divisor && *divisor > 0 && !graph::constantOf(total)) {
      rest = graph::normalise(total.floorDiv(*divisor)); // which is exact, or the reshape is refused
    } else if (!rest && !divisor) {
      // The quotient is computed, with what it has to be exact.
      auto computed = node.extentOf(compose.binary(BinaryKind::FloorDiv, compose.extent(total), compose.extent(known)),
                                    0, *inferred, node.bounds(total).max);
      if (!computed)
        return Failure();
      rest = *computed;
    }
    if (!rest)
      return node.fail(fault);
    extents[*inferred] = *rest;
    if (!compose.equate(total, graph::productOf({known, *rest}, compose.getContext())))
      return node.fail(fault);
  } else if (!compose.equate(total, known)) {
    return node.fail("an input of '" + node.text(total) + "' elements does not take a shape of '" + node.text(known) +
                     "'");
  }
  return compose.reshape(x, extents);
}
