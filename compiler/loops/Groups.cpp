//===- Groups.cpp -------------------------------------------------------------------------------------------------===//
#include "compiler/loops/Groups.h"
#include "compiler/graph/Folding.h"
#include <set>

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {

Group::Group(DispatchOp dispatch) : kind(dispatch.getKind()), root(dispatch.getRoot()) {
  for (Operation &op : dispatch.getBody().front().without_terminator()) {
    if (isa<ConstantOp>(op))
      continue;
    members.insert(&op);
    if (kind != DispatchKind::Single && isa<ContractOp, ConvolveOp, WindowOp, ReduceOp>(op))
      anchors.push_back(&op);
  }
  // A single number is computed with instead of loaded; kernels of contractions and the like want all of an operand.
  auto isInCode = [&](Operation *op, Value operand) {
    auto data = constantDataOf(operand);
    return data && (data->splat || data->elementCount == 1) && kind != DispatchKind::Single &&
           !isa<ContractOp, ConvolveOp>(op);
  };
  llvm::SetVector<Value> read;
  for (Operation *op : members)
    for (Value operand : op->getOperands())
      if (Operation *producer = operand.getDefiningOp();
          (!producer || !members.contains(producer)) && !isInCode(op, operand))
        read.insert(operand);
  inputs.assign(read.begin(), read.end());
}

Value storageOf(Value value) {
  for (;;) {
    if (auto reshape = value.getDefiningOp<ReshapeOp>()) {
      value = reshape.getInput();
      continue;
    }
    if (auto result = dyn_cast<OpResult>(value)) {
      auto dispatch = dyn_cast_or_null<DispatchOp>(result.getOwner()->getParentOp());
      return dispatch && dispatch.getRoot() == result.getOwner() ? dispatch.getResult(result.getResultNumber()) : value;
    }
    auto argument = cast<BlockArgument>(value);
    Operation *parent = argument.getOwner()->getParentOp();
    if (auto dispatch = dyn_cast_or_null<DispatchOp>(parent))
      value = dispatch.getInputs()[argument.getArgNumber()];
    else if (auto loop = dyn_cast_or_null<LoopOp>(parent); loop && argument.getArgNumber() != 0)
      value = loop.getResult(argument.getArgNumber() - 1); // a carried value lives where the loop's result will
    else
      return value;
  }
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

bool walkReads(const Group &group, Value value, ArrayRef<AffineExpr> indices,
               function_ref<void(Value, ArrayRef<AffineExpr>)> read) {
  std::set<std::pair<const void *, std::vector<const void *>>> seen; // what several operands share is walked once
  std::function<bool(Value, ArrayRef<AffineExpr>)> walk = [&](Value from, ArrayRef<AffineExpr> at) {
    std::vector<const void *> key;
    for (AffineExpr index : at)
      key.push_back(index.getAsOpaquePointer());
    if (!seen.insert({from.getAsOpaquePointer(), std::move(key)}).second)
      return true;
    Operation *op = from.getDefiningOp();
    if (op && isa<ConstantOp>(op) && cast<ShapedType>(from.getType()).getNumElements() == 1)
      return true;
    // The index of an iota must stay an index of its own.
    if (!op || !group.members.contains(op) || llvm::is_contained(group.anchors, op) || isa<IotaOp>(op)) {
      read(from, at);
      return true;
    }
    if (isa<ExtentOp>(op))
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
