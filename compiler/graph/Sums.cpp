//===- Sums.cpp ---------------------------------------------------------------------------------------------------===//
#include "compiler/graph/Sums.h"

using namespace mlir;

namespace wasmind::graph {
namespace {

/// What `dim` equals where `zero` is 0, if that is a sum; `parts` are the dimensions in it.
AffineExpr solve(AffineExpr zero, unsigned dim, const Dims &dims, SmallVectorImpl<unsigned> &parts) {
  MLIRContext *context = zero.getContext();
  const AffineExpr own = getAffineSymbolExpr(dim, context);
  int64_t sign = 0;
  for (const Term &term : termsOf(zero))
    if (term.variables.size() == 1 && term.variables[0] == own)
      sign = term.coefficient;
  if (sign != 1 && sign != -1)
    return {};
  const AffineExpr sum = normalise((zero - own * sign) * -sign);
  parts.clear();
  for (const Term &term : termsOf(sum)) {
    if (term.coefficient < 0 || term.variables.size() > 1)
      return {};
    if (term.variables.empty())
      continue;
    auto symbol = dyn_cast<AffineSymbolExpr>(term.variables[0]);
    if (!symbol || dims[symbol.getPosition()].measured)
      return {};
    parts.push_back(symbol.getPosition());
  }
  return parts.empty() ? AffineExpr() : sum;
}

} // namespace

SmallVector<AffineExpr> getRequiredSums(func::FuncOp run) {
  auto module = run->getParentOfType<ModuleOp>();
  const Dims dims = getNamedDims(module);
  SmallVector<AffineExpr> sums(dims.size());
  llvm::SmallDenseSet<unsigned> taken; // parts of sums, and what the module keeps
  for (const KeptDim &kept : getKeptDims(run))
    taken.insert(kept.symbol);
  for (size_t dim = dims.size(); dim-- > 0;) // of two that are equal, the later is the sum
    for (const Requirement &requirement : getRequirements(module)) {
      SmallVector<unsigned> parts;
      if (!requirement.isZero || dims[dim].measured || taken.contains(dim) || sums[dim])
        continue;
      AffineExpr sum = solve(requirement.expression, dim, dims, parts);
      if (!sum || llvm::any_of(parts, [&](unsigned part) { return sums[part] != AffineExpr(); }))
        continue;
      sums[dim] = sum;
      taken.insert(parts.begin(), parts.end());
    }
  return sums;
}

} // namespace wasmind::graph
