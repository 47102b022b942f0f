//===- State.cpp --------------------------------------------------------------------------------------------------===//
#include "compiler/graph/State.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace wasmind::graph {

SmallVector<KeptDim> getKeptDims(func::FuncOp entry) {
  SmallVector<KeptDim> kept;
  for (auto [i, type] : llvm::enumerate(entry.getArgumentTypes())) {
    auto next = entry.getArgAttrOfType<IntegerAttr>(i, stateAttribute);
    if (!next)
      continue;
    auto initial = entry.getArgAttrOfType<ElementsAttr>(i, initialAttribute);
    SmallVector<AffineExpr> nextExtents = getExtents(entry.getResultTypes()[next.getInt()]);
    for (auto [axis, extent] : llvm::enumerate(getExtents(type))) {
      auto symbol = dyn_cast<AffineSymbolExpr>(extent);
      if (!symbol)
        continue;
      auto known = llvm::find_if(kept, [&](const KeptDim &each) { return each.symbol == symbol.getPosition(); });
      if (known == kept.end())
        known = kept.insert(kept.end(), {symbol.getPosition(), 0, nextExtents[axis]});
      if (initial)
        known->initial = initial.getShapedType().getDimSize(axis);
    }
  }
  return kept;
}

} // namespace wasmind::graph
