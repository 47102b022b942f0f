//===- Access.cpp -------------------------------------------------------------------------------------------------===//
#include "compiler/loops/Access.h"
#include <functional>
#include <set>

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {

Type elementOf(Value tensor) { return cast<RankedTensorType>(tensor.getType()).getElementType(); }

AffineExpr flatOffset(Type tensor, ArrayRef<AffineExpr> indices) {
  SmallVector<AffineExpr> extents = getExtents(tensor);
  AffineExpr flat = getAffineConstantExpr(0, tensor.getContext());
  for (auto [index, extent] : llvm::zip(indices, extents))
    flat = flat * extent + index;
  return normalise(flat);
}

Indices substituted(ArrayRef<AffineExpr> indices, ArrayRef<AffineExpr> dims) {
  return llvm::map_to_vector(indices, [&](AffineExpr index) { return normalise(index.replaceDims(dims)); });
}

std::optional<AffineExpr> coefficientOf(AffineExpr flat, unsigned variable) {
  AffineExpr coefficient = getAffineConstantExpr(0, flat.getContext());
  for (const Term &term : termsOf(flat)) {
    AffineExpr product;
    unsigned power = 0;
    bool otherVariable = false;
    for (AffineExpr factor : term.variables) {
      if (auto dim = dyn_cast<AffineDimExpr>(factor); dim && dim.getPosition() == variable) {
        ++power;
        continue;
      }
      if (factor.isFunctionOfDim(variable))
        return std::nullopt; // inside a division
      otherVariable |= !factor.isSymbolicOrConstant();
      product = product ? product * factor : factor;
    }
    if (power == 0)
      continue;
    if (power > 1 || otherVariable)
      return std::nullopt;
    coefficient = coefficient +
                  (product ? product * term.coefficient : getAffineConstantExpr(term.coefficient, flat.getContext()));
  }
  return normalise(coefficient);
}

Indices withoutUnits(ArrayRef<AffineExpr> extents) {
  return llvm::filter_to_vector(extents, [](AffineExpr extent) { return !isOne(extent); });
}

bool isUnitReshape(Operation *op) {
  auto reshape = dyn_cast<ReshapeOp>(op);
  if (!reshape)
    return false;
  return withoutUnits(getExtents(reshape.getInput().getType())) ==
         withoutUnits(getExtents(reshape.getResult().getType()));
}

std::optional<Indices> operandIndices(Operation *op, unsigned operand, ArrayRef<AffineExpr> indices) {
  Indices result;
  AffineExpr zero = getAffineConstantExpr(0, op->getContext());
  if (isElementwise(op) || isa<BroadcastOp>(op)) {
    for (auto [index, extent] : llvm::zip(indices, getExtents(op->getOperand(operand).getType())))
      result.push_back(isOne(extent) ? zero : index);
    return result;
  }
  if (auto transpose = dyn_cast<TransposeOp>(op)) {
    result.resize(indices.size());
    for (auto [i, dim] : llvm::enumerate(transpose.getPermutation()))
      result[dim] = indices[i];
    return result;
  }
  if (auto slice = dyn_cast<SliceOp>(op)) {
    for (auto [index, start, stride] : llvm::zip(indices, slice.getStarts().getResults(), slice.getStrides()))
      result.push_back(index * stride + start);
    return result;
  }
  if (auto reverse = dyn_cast<ReverseOp>(op)) {
    SmallVector<AffineExpr> extents = getExtents(reverse.getInput().getType());
    for (auto [i, index] : llvm::enumerate(indices))
      result.push_back(llvm::is_contained(reverse.getDims(), int64_t(i)) ? extents[i] - 1 - index : index);
    return result;
  }
  if (isUnitReshape(op)) {
    SmallVector<AffineExpr> kept;
    for (auto [index, extent] : llvm::zip(indices, getExtents(op->getResult(0).getType())))
      if (!isOne(extent))
        kept.push_back(index);
    unsigned next = 0;
    for (AffineExpr extent : getExtents(op->getOperand(0).getType()))
      result.push_back(isOne(extent) ? zero : kept[next++]);
    return result;
  }
  return std::nullopt;
}

bool isElementwise(Operation *op) { return isa<UnaryOp, BinaryOp, CompareOp, SelectOp, CastOp>(op); }

bool isPointwise(Operation *op) {
  return isElementwise(op) || isUnitReshape(op) ||
         isa<BroadcastOp, TransposeOp, SliceOp, ReverseOp, IotaOp, ExtentOp, GatherOp>(op);
}

Indices identityIndices(Type tensor, unsigned first) {
  Indices indices;
  for (AffineExpr extent : getExtents(tensor)) {
    indices.push_back(isOne(extent) ? getAffineConstantExpr(0, tensor.getContext())
                                    : getAffineDimExpr(first, tensor.getContext()));
    ++first;
  }
  return indices;
}

std::optional<Indices> rowDomain(ReduceOp reduce) {
  SmallVector<AffineExpr> extents = getExtents(reduce.getInput().getType());
  Indices kept;
  int64_t last = -1, reduced = 0;
  for (auto [i, extent] : llvm::enumerate(extents)) {
    if (isOne(extent))
      continue;
    last = i;
    kept.push_back(extent);
    reduced += llvm::is_contained(reduce.getDims(), int64_t(i));
  }
  if (last < 0 || reduced != 1 || !llvm::is_contained(reduce.getDims(), last))
    return std::nullopt;
  return kept;
}

bool stepsAsOne(AffineExpr flat, ArrayRef<AffineExpr> extents, ArrayRef<int64_t> dims) {
  std::optional<AffineExpr> expected; // of the next dimension outwards
  for (int64_t dim : llvm::reverse(dims)) {
    if (isOne(extents[dim]))
      continue;
    auto step = coefficientOf(flat, dim);
    if (!step || (expected && !provablyEqual(*step, *expected)))
      return false;
    expected = normalise(*step * extents[dim]);
  }
  return true;
}

std::optional<Indices> mergedIndices(ReshapeOp reshape, ArrayRef<AffineExpr> indices) {
  const SmallVector<AffineExpr> from = getExtents(reshape.getInput().getType());
  Indices merged;
  size_t next = 0;
  for (AffineExpr extent : getExtents(reshape.getResult().getType())) {
    AffineExpr index = getAffineConstantExpr(0, extent.getContext()), product = index + 1;
    for (; !provablyEqual(product, extent); ++next) {
      if (next == from.size())
        return std::nullopt;
      index = index * from[next] + indices[next];
      product = normalise(product * from[next]);
    }
    merged.push_back(normalise(index));
  }
  const bool isAll = llvm::all_of(ArrayRef(from).drop_front(next), isOne);
  return isAll ? std::optional(merged) : std::nullopt;
}

bool stepsAsMatrix(Operation *anchor, AffineExpr flat) {
  Type type = anchor->getResult(0).getType();
  int64_t rank = cast<RankedTensorType>(type).getRank(), batch = 0, columns = 1;
  if (auto contract = dyn_cast<ContractOp>(anchor)) {
    batch = contract.getLhsBatch().size();
    columns = cast<RankedTensorType>(contract.getRhs().getType()).getRank() - batch - contract.getRhsContract().size();
  }
  SmallVector<AffineExpr> extents = getExtents(type);
  return stepsAsOne(flat, extents, llvm::to_vector(llvm::seq(batch, rank - columns))) &&
         stepsAsOne(flat, extents, llvm::to_vector(llvm::seq(rank - columns, rank)));
}

bool walkReads(Value value, ArrayRef<AffineExpr> indices, function_ref<bool(Value)> isRead,
               function_ref<void(Value, ArrayRef<AffineExpr>)> read) {
  std::set<std::pair<const void *, std::vector<const void *>>> seen; // what several operands share is walked once
  std::function<bool(Value, ArrayRef<AffineExpr>)> walk = [&](Value from, ArrayRef<AffineExpr> at) {
    std::vector<const void *> key;
    for (AffineExpr index : at)
      key.push_back(index.getAsOpaquePointer());
    if (!seen.insert({from.getAsOpaquePointer(), std::move(key)}).second)
      return true;
    Operation *op = from.getDefiningOp();
    if (isRead(from) || (op && isa<IotaOp>(op))) {
      read(from, at);
      return true;
    }
    if (!op || isa<ConstantOp, ExtentOp>(op))
      return true;
    for (unsigned i = 0, e = op->getNumOperands(); i < e; ++i) {
      auto mapped = operandIndices(op, i, at);
      if (!mapped || !walk(op->getOperand(i), *mapped))
        return false;
    }
    return true;
  };
  return walk(value, indices);
}

} // namespace wasmind::loops
