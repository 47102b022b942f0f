//===- Groups.cpp -------------------------------------------------------------------------------------------------===//
#include "compiler/loops/Groups.h"
#include "compiler/graph/Folding.h"

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

bool walkReads(const Group &group, Value value, ArrayRef<AffineExpr> indices,
               function_ref<void(Value, ArrayRef<AffineExpr>)> read) {
  auto isNumber = [](Operation *op) {
    return isa<ConstantOp>(op) && cast<ShapedType>(op->getResult(0).getType()).getNumElements() == 1;
  };
  auto isRead = [&](Value from) {
    Operation *op = from.getDefiningOp();
    return !op || (!isNumber(op) && !group.members.contains(op)) || llvm::is_contained(group.anchors, op);
  };
  return walkReads(value, indices, isRead, read);
}

std::optional<Indices> rootIndices(const Group &group, Operation *anchor) {
  Value root = group.root->getResult(0), result = anchor->getResult(0);
  std::optional<Indices> read; // of the anchor, in the root's dimensions
  bool isOne = true;
  const bool affine =
      walkReads(group, root, identityIndices(root.getType()), [&](Value value, ArrayRef<AffineExpr> at) {
        if (value != result)
          return;
        isOne &= !read || ArrayRef(*read) == at;
        read = Indices(at);
      });
  if (!affine || !read || !isOne)
    return std::nullopt;
  const SmallVector<AffineExpr> from = getExtents(result.getType()), to = getExtents(root.getType());
  Indices indices(to.size());
  for (auto [i, extent] : llvm::enumerate(from)) {
    if (graph::isOne(extent))
      continue;
    auto dim = dyn_cast<AffineDimExpr>((*read)[i]);
    if (!dim || to[dim.getPosition()] != extent || indices[dim.getPosition()])
      return std::nullopt;
    indices[dim.getPosition()] = getAffineDimExpr(i, root.getContext());
  }
  for (auto [index, extent] : llvm::zip(indices, to)) {
    if (!index && !graph::isOne(extent))
      return std::nullopt;
    if (!index)
      index = getAffineConstantExpr(0, root.getContext());
  }
  return indices;
}

} // namespace wasmind::loops
