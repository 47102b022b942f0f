#include "compiler/frontend/Measured.h"
#include "compiler/graph/ShapeValues.h"

namespace wasmind::frontend {

graph::Interval Measured::boundsFor(llvm::StringRef name, graph::Interval range, std::optional<int64_t> usual) {
  range.min = std::max<int64_t>(range.min, 0);
  const bool isNew = names.insert(name).second; // a node may be read twice
  if (auto given = options.dims.find(name); given != options.dims.end()) {
    range = {std::max(range.min, given->second.min), std::min(range.max, given->second.max)};
  } else if (range.max >= graph::extentLimit) {
    range.max = std::max(range.min, usual.value_or(options.defaultComputedMax));
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

} // namespace wasmind::frontend
