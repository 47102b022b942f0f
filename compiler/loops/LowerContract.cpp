//===- LowerContract.cpp - contractions as blocked matrix products ------------------------------------------------===//
#include "compiler/loops/Packing.h"
#include "compiler/loops/Strategy.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
namespace {

struct Side {
  MatrixSource source;
  AffineExpr x, k;
};

/// The operand as a matrix of (batch, x, k), or none when its dimensions do not merge or it is not read from one
/// tensor.
std::optional<Side> matrixOf(const Group &group, Value operand, ArrayRef<int64_t> batch, ArrayRef<int64_t> contracted) {
  SmallVector<AffineExpr> extents = getExtents(operand.getType());
  SmallVector<Access> accesses;
  auto isRead = [&](Value value) {
    Operation *producer = value.getDefiningOp();
    return !producer || !group.members.contains(producer);
  };
  const bool affine =
      walkReads(operand, identityIndices(operand.getType()), isRead,
                [&](Value value, ArrayRef<AffineExpr> at) { accesses.push_back({value, flatOffset(value, at)}); });
  if (!affine || accesses.size() != 1 || !isRead(accesses[0].value))
    return std::nullopt;
  SmallVector<int64_t> free;
  for (int64_t i = 0; i < int64_t(extents.size()); ++i)
    if (!llvm::is_contained(batch, i) && !llvm::is_contained(contracted, i))
      free.push_back(i);
  if (!stepsAsOne(accesses[0].flat, extents, free) || !stepsAsOne(accesses[0].flat, extents, contracted))
    return std::nullopt;
  Side side;
  MLIRContext *c = operand.getContext();
  Indices indices(extents.size());
  for (auto [i, dim] : llvm::enumerate(batch))
    indices[dim] = isOne(extents[dim]) ? getAffineConstantExpr(0, c) : getAffineDimExpr(i, c);
  placeMerged(indices, extents, free, getAffineDimExpr(batch.size(), c));
  placeMerged(indices, extents, contracted, getAffineDimExpr(batch.size() + 1, c));
  side.source = {accesses[0].value, normalise(accesses[0].flat.replaceDims(indices))};
  auto product = [&](ArrayRef<int64_t> dims) {
    SmallVector<AffineExpr> factors;
    for (int64_t dim : dims)
      factors.push_back(extents[dim]);
    return productOf(factors, c);
  };
  side.x = product(free);
  side.k = product(contracted);
  return side;
}

} // namespace

void placeMerged(Indices &indices, ArrayRef<AffineExpr> extents, ArrayRef<int64_t> dims, AffineExpr merged) {
  MLIRContext *context = merged.getContext();
  bool taken = false;
  for (int64_t dim : llvm::reverse(dims)) {
    bool takes = !taken && !isOne(extents[dim]);
    indices[dim] = takes ? merged : getAffineConstantExpr(0, context);
    taken |= takes;
  }
}

namespace {

std::optional<Side> lhsOf(const Group &group, ContractOp contract) {
  return matrixOf(group, contract.getLhs(), contract.getLhsBatch(), contract.getLhsContract());
}
std::optional<Side> rhsOf(const Group &group, ContractOp contract) {
  return matrixOf(group, contract.getRhs(), contract.getRhsBatch(), contract.getRhsContract());
}

} // namespace

bool readsMatrices(const Group &group, ContractOp contract) { return lhsOf(group, contract) && rhsOf(group, contract); }

namespace {

bool appliesTo(const Candidate &candidate) {
  const Group &group = candidate.group;
  return group.kind == DispatchKind::Contract && hasPanels(group.anchors[0]) &&
         readsMatrices(group, cast<ContractOp>(group.anchors[0]));
}

LogicalResult lowerContract(KernelContext &context) {
  auto contract = cast<ContractOp>(context.group.anchors[0]);
  auto lhs = lhsOf(context.group, contract), rhs = rhsOf(context.group, contract);

  Gemm gemm;
  gemm.anchor = contract;
  SmallVector<AffineExpr> lhsExtents = getExtents(contract.getLhs().getType());
  for (int64_t dim : contract.getLhsBatch())
    gemm.batch.push_back(lhsExtents[dim]);
  gemm.m = lhs->x;
  gemm.n = rhs->x;
  gemm.k = lhs->k;
  gemm.a = lhs->source;
  gemm.b = rhs->source;
  Value a = context.pointer(lhs->source.tensor);
  Emitter &e = context.emitter;
  SmallVector<AffineExpr> extents = getExtents(contract.getResult().getType());
  int64_t batchRank = gemm.batch.size(), lhsFree = lhsExtents.size() - batchRank - contract.getLhsContract().size();
  gemm.resultIndices = [extents, batchRank, lhsFree](ArrayRef<AffineExpr> batch, AffineExpr m, AffineExpr n) {
    Indices indices(extents.size());
    SmallVector<int64_t> mDims, nDims;
    for (int64_t i = 0; i < int64_t(extents.size()); ++i) {
      if (i < batchRank)
        indices[i] = isOne(extents[i]) ? getAffineConstantExpr(0, m.getContext()) : batch[i];
      else
        (i < batchRank + lhsFree ? mDims : nDims).push_back(i);
    }
    placeMerged(indices, extents, mDims, m);
    placeMerged(indices, extents, nDims, n);
    return indices;
  };
  auto emit = [&](const Tile &tile) {
    gemm.tile = tile;
    std::string pack =
        emitPackFunction(context, lhs->source, gemm.m, gemm.k, gemm.steps(), tile.rows, gemm.batch.size());
    gemm.packA = [&e, a, pack](ArrayRef<AffineExpr> batch, Value m0, Value count, Value target) {
      SmallVector<Value> arguments{m0, count, target};
      for (AffineExpr index : batch)
        arguments.push_back(e.index(index));
      arguments.push_back(a);
      func::CallOp::create(e, pack, TypeRange(), arguments);
    };
    emitGemm(context, gemm);
  };
  const Tile tile = tileFor(context.program.bound(gemm.m));
  if (constantOf(gemm.m) || tile != panelTile || !gemm.b.tensor.getDefiningOp<ConstantOp>()) {
    emit(tile);
    return success();
  }
  // Few rows, such as a recurrent network has in a step, one at a time: a panel of A would be filled up with others.
  // B's panels are the same.
  constexpr Tile row = tileFor(1);
  static_assert(row.columns == panelTile.columns && row.unroll == panelTile.unroll);
  Value isFew = arith::CmpIOp::create(e, arith::CmpIPredicate::slt, e.index(gemm.m), e.i32(panelTile.rows - 1));
  auto branch = scf::IfOp::create(e, isFew, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(e);
  e.setInsertionPointToStart(branch.thenBlock());
  emit(row);
  e.setInsertionPointToStart(branch.elseBlock());
  emit(tile);
  return success();
}

} // namespace

const Strategy strategies::gemm{"gemm", appliesTo, lowerContract};

} // namespace wasmind::loops
