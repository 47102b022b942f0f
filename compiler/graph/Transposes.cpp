//===- Transposes.cpp - permutations and values seen through them -------------------------------------------------===//
#include "compiler/graph/Transposes.h"
#include "compiler/graph/Folding.h"

using namespace mlir;

namespace wasmind::graph {

Permutation inverse(ArrayRef<int64_t> permutation) {
  Permutation result(permutation.size());
  for (auto [i, at] : llvm::enumerate(permutation))
    result[at] = i;
  return result;
}

bool isIdentity(ArrayRef<int64_t> permutation) {
  return llvm::equal(permutation, llvm::seq<int64_t>(0, permutation.size()));
}

bool movesOnlyUnitExtents(Type input, ArrayRef<int64_t> permutation) {
  SmallVector<AffineExpr> extents = getExtents(input);
  int64_t last = -1;
  for (int64_t at : permutation) {
    if (isOne(extents[at]))
      continue;
    if (at < last)
      return false;
    last = at;
  }
  return true;
}

/// Drops an operation that was just made and turned out to be a constant. A rewrite driver that listens keeps its own
/// list of what was made, and erases the unused itself.
static void drop(OpBuilder &builder, Operation *op) {
  if (!builder.getListener())
    op->erase();
}

Value makeTranspose(OpBuilder &builder, Location location, Value value, ArrayRef<int64_t> permutation) {
  if (isIdentity(permutation))
    return value;
  if (movesOnlyUnitExtents(value.getType(), permutation)) {
    SmallVector<AffineExpr> extents = getExtents(value.getType()), moved;
    for (int64_t at : permutation)
      moved.push_back(extents[at]);
    Type type = makeTensorType(moved, cast<RankedTensorType>(value.getType()).getElementType());
    if (type == value.getType())
      return value;
    auto reshape = ReshapeOp::create(builder, location, type, value);
    if (Value constant = foldToConstant(builder, reshape)) {
      drop(builder, reshape);
      return constant;
    }
    return reshape;
  }
  auto transpose = TransposeOp::create(builder, location, value, permutation);
  if (Value constant = foldToConstant(builder, transpose)) {
    drop(builder, transpose);
    return constant;
  }
  return transpose;
}

static bool isConstant(Value value) { return value.getDefiningOp<ConstantOp>() != nullptr; }

bool canUntranspose(Value value, ArrayRef<int64_t> permutation) {
  if (cast<RankedTensorType>(value.getType()).getRank() != int64_t(permutation.size()))
    return false;
  if (auto transpose = value.getDefiningOp<TransposeOp>(); transpose && transpose.getPermutation() == permutation)
    return true;
  if (isConstant(value) || movesOnlyUnitExtents(value.getType(), inverse(permutation)))
    return true;
  auto broadcast = value.getDefiningOp<BroadcastOp>();
  return broadcast && canUntranspose(broadcast.getInput(), permutation);
}

Value untranspose(OpBuilder &builder, Value value, ArrayRef<int64_t> permutation) {
  if (!canUntranspose(value, permutation))
    return nullptr;
  auto transpose = value.getDefiningOp<TransposeOp>();
  if (transpose && transpose.getPermutation() == permutation)
    return transpose.getInput();
  auto broadcast = value.getDefiningOp<BroadcastOp>();
  if (broadcast && canUntranspose(broadcast.getInput(), permutation)) {
    Value input = untranspose(builder, broadcast.getInput(), permutation);
    auto extents = toInputOrder(getExtents(broadcast.getType()), permutation);
    Type type = makeTensorType(extents, broadcast.getType().getElementType());
    return BroadcastOp::create(builder, broadcast.getLoc(), type, input);
  }
  return makeTranspose(builder, value.getLoc(), value, inverse(permutation));
}

} // namespace wasmind::graph
