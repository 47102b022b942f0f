#include "compiler/frontend/Measured.h"
#include "compiler/graph/ShapeValues.h"

namespace wasmind::frontend {

void lowerBoundsToRequired(mlir::ModuleOp module, const ImportOptions &options) {
  graph::Dims dims = graph::getNamedDims(module);
  for (const graph::Requirement &requirement : graph::getRequirements(module)) {
    int64_t rest = 0, sign = 0;
    unsigned symbol = 0, variables = 0;
    for (const graph::Term &term : graph::termsOf(requirement.expression)) {
      if (term.variables.empty()) {
        rest = term.coefficient;
        continue;
      }
      ++variables;
      auto alone = mlir::dyn_cast<mlir::AffineSymbolExpr>(term.variables.front());
      sign = alone && term.variables.size() == 1 ? term.coefficient : 0;
      symbol = alone ? alone.getPosition() : 0;
    }
    if (!requirement.isZero || variables != 1 || std::abs(sign) != 1 || symbol >= dims.size())
      continue;
    graph::NamedDim &dim = dims[symbol];
    const int64_t number = -sign * rest;
    if (!dim.measured && !options.dims.contains(dim.name) && number > dim.min && number < dim.max)
      dim.max = number;
  }
  graph::setNamedDims(module, dims);
}

graph::Interval Measured::boundsFor(llvm::StringRef name, graph::Interval range, std::optional<int64_t> usual) {
  range.min = std::max<int64_t>(range.min, 0);
  const bool isNew = names.insert(name).second; // a node may be read twice
  if (auto given = options.dims.find(name); given != options.dims.end()) {
    range = {std::max(range.min, given->second.min), std::min(range.max, given->second.max)};
  } else if (range.max >= graph::extentLimit) {
    range.max = std::max(range.min, usual.value_or(options.defaultMax));
    hasDefaultBounds |= !usual;
    if (isNew)
      notes.push_back("extent '" + name.str() + "' is computed by the run and may be up to " +
                      std::to_string(range.max) + "; --dim " + name.str() + "=MIN..MAX sets it");
  }
  return {range.min, std::max(range.min, range.max)};
}

mlir::AffineExpr Measured::measure(graph::Compose &compose, mlir::Value scalar, llvm::StringRef name,
                                   std::optional<int64_t> max, std::optional<int64_t> usual) {
  if (!scalar)
    return {};
  graph::Interval range = graph::valueBounds(scalar);
  if (max)
    range.max = std::min(range.max, *max);
  range = boundsFor(name, range, usual);
  return compose.measure(scalar, name, range.min, range.max);
}

std::optional<mlir::AffineExpr> knownAmount(mlir::Value scalar) {
  if (!scalar)
    return mlir::AffineExpr();
  auto expressions = graph::shapeElements(scalar);
  return expressions ? std::optional(expressions->front()) : std::nullopt;
}

mlir::Value elementAt(graph::Compose &compose, mlir::Value tensor, int64_t i) {
  if (compose.rankOf(tensor) == 0)
    return tensor;
  auto lengthOf = [&](mlir::Value part) { return graph::constantOf(compose.extentsOf(part)[0]); };
  // Of parts that are joined, as exporters do for a shape, some may be known.
  while (auto concat = tensor.getDefiningOp<graph::ConcatOp>()) {
    if (!llvm::all_of(concat.getInputs(), lengthOf))
      break;
    for (mlir::Value part : concat.getInputs()) {
      tensor = part;
      if (i < *lengthOf(part))
        break;
      i -= *lengthOf(part);
    }
  }
  const mlir::AffineExpr place = compose.getAffineConstantExpr(i), one = compose.getAffineConstantExpr(1);
  return compose.reshape(compose.sliceDim(tensor, 0, place, one), llvm::ArrayRef<int64_t>());
}

graph::AxisRange rangeOf(graph::Compose &compose, const graph::AxisSlice &slice, mlir::AffineExpr extent,
                         llvm::StringRef name, graph::Ensure ensure) {
  auto module = compose.getInsertionBlock()->getParentOp()->getParentOfType<mlir::ModuleOp>();
  auto range = graph::rangeOf(slice, extent, module, ensure);
  if (range)
    return *range;
  llvm::consumeError(range.takeError());
  auto computed = [&](mlir::AffineExpr at) -> mlir::Value {
    if (!at)
      return {};
    auto constant = graph::constantOf(at);
    return constant ? graph::makeIntegers(compose, compose.getLoc(), *constant) : compose.extent(at);
  };
  return graph::measureRange(compose, {computed(slice.begin), computed(slice.end), slice.stride, slice.startsInside},
                             extent, name);
}

graph::AxisRange rangeOf(graph::Compose &compose, const graph::ComputedSlice &slice, mlir::AffineExpr extent,
                         llvm::StringRef name, graph::Ensure ensure) {
  auto begin = knownAmount(slice.begin), end = knownAmount(slice.end);
  if (begin && end)
    return rangeOf(compose, graph::AxisSlice{*begin, *end, slice.stride, slice.startsInside}, extent, name, ensure);
  return graph::measureRange(compose, slice, extent, name);
}

bool require(graph::Compose &compose, mlir::AffineExpr e, const llvm::Twine &text) {
  const graph::Dims dims = graph::namedDimsAt(compose.getInsertionBlock());
  return graph::isNeverNegative(e, dims) ||
         (graph::boundsOf(e, dims).max >= 0 && compose.require(e, /*isZero=*/false, text));
}

} // namespace wasmind::frontend
