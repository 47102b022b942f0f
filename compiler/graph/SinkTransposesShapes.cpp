//===- SinkTransposesShapes.cpp - transposes through reshapes and into products -----------------------------------===//
#include "compiler/graph/Transposes.h"

using namespace mlir;

namespace wasmind::graph {
namespace {

/// Dimensions [inFirst, inLast) of a reshape's input hold the same elements as [outFirst, outLast) of its result.
struct Group {
  int64_t inFirst, inLast, outFirst, outLast;
};

/// The finest groups of a reshape, or none where they are not apparent. Extents of 1 at the end join the last group.
std::optional<SmallVector<Group>> groupsOf(ArrayRef<AffineExpr> in, ArrayRef<AffineExpr> out, MLIRContext *context) {
  SmallVector<Group> groups;
  int64_t i = 0, j = 0, inRank = in.size(), outRank = out.size();
  while (i < inRank && j < outRank) {
    Group group{i, i + 1, j, j + 1};
    AffineExpr from = in[i++], to = out[j++];
    while (from != to) {
      auto a = constantOf(from), b = constantOf(to);
      bool growInput = a && b ? *a < *b : divideExactly(to, from).has_value();
      if (!growInput && !(a && b) && !divideExactly(from, to))
        return std::nullopt;
      if (growInput ? i == inRank : j == outRank)
        return std::nullopt;
      if (growInput)
        from = productOf({from, in[i++]}, context);
      else
        to = productOf({to, out[j++]}, context);
    }
    group.inLast = i;
    group.outLast = j;
    groups.push_back(group);
  }
  for (; i < inRank; ++i)
    if (!isOne(in[i]))
      return std::nullopt;
  for (; j < outRank; ++j)
    if (!isOne(out[j]))
      return std::nullopt;
  if (groups.empty())
    return std::nullopt;
  groups.back().inLast = inRank;
  groups.back().outLast = outRank;
  return groups;
}

/// reshape (transpose x) -> transpose (reshape x), where each group of joined dimensions lies together in x, too.
struct SinkBelowReshape : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReshapeOp op, PatternRewriter &rewriter) const override {
    auto transpose = op.getInput().getDefiningOp<TransposeOp>();
    if (!transpose || transpose.getInput().getDefiningOp<ConstantOp>())
      return failure();
    ArrayRef<int64_t> permutation = transpose.getPermutation();
    SmallVector<AffineExpr> in = getExtents(transpose.getType()), out = getExtents(op.getType());
    for (AffineExpr extent : llvm::concat<AffineExpr>(in, out))
      if (constantOf(extent) == 0)
        return failure();
    auto groups = groupsOf(in, out, op.getContext());
    if (!groups)
      return failure();
    // Extents of 1 may lie anywhere; the others of a group must follow each other in x.
    SmallVector<AffineExpr> source = getExtents(transpose.getInput().getType());
    SmallVector<std::pair<int64_t, unsigned>> order; // the first dimension of each group in x
    for (auto [g, group] : llvm::enumerate(*groups)) {
      int64_t last = -1, first = -1;
      for (int64_t i = group.inFirst; i < group.inLast; ++i) {
        int64_t at = permutation[i];
        if (isOne(source[at]))
          continue;
        for (int64_t between = last + 1; last >= 0 && between < at; ++between)
          if (!isOne(source[between]))
            return failure();
        if (last >= 0 && at < last)
          return failure();
        first = first < 0 ? at : first;
        last = at;
      }
      // A group of extents of 1 stays where its first dimension is.
      order.push_back({first < 0 ? permutation[group.inFirst] : first, unsigned(g)});
    }
    llvm::sort(order);
    SmallVector<AffineExpr> inner;
    Permutation result(out.size());
    for (auto [first, g] : order)
      for (int64_t j = (*groups)[g].outFirst; j < (*groups)[g].outLast; ++j) {
        result[j] = inner.size();
        inner.push_back(out[j]);
      }
    Type type = makeTensorType(inner, op.getType().getElementType());
    Value reshaped = type == transpose.getInput().getType()
                         ? transpose.getInput()
                         : Value(ReshapeOp::create(rewriter, op.getLoc(), type, transpose.getInput()));
    rewriter.replaceOp(op, makeTranspose(rewriter, op.getLoc(), reshaped, result));
    return success();
  }
};

/// contract (transpose x) y -> contract x y with other dimension lists, while the dimensions of the result keep their
/// order.
struct AbsorbIntoContract : OpRewritePattern<ContractOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ContractOp op, PatternRewriter &rewriter) const override {
    Value lhs = op.getLhs(), rhs = op.getRhs();
    Permutation lhsBatch(op.getLhsBatch()), rhsBatch(op.getRhsBatch()), lhsContract(op.getLhsContract()),
        rhsContract(op.getRhsContract());
    bool changed = absorb(lhs, lhsBatch, lhsContract);
    changed |= absorb(rhs, rhsBatch, rhsContract);
    if (!changed)
      return failure();
    rewriter.replaceOpWithNewOp<ContractOp>(op, lhs, rhs, lhsBatch, rhsBatch, lhsContract, rhsContract);
    return success();
  }

private:
  static bool absorb(Value &operand, Permutation &batch, Permutation &contract) {
    auto transpose = operand.getDefiningOp<TransposeOp>();
    if (!transpose)
      return false;
    ArrayRef<int64_t> permutation = transpose.getPermutation();
    int64_t last = -1;
    for (auto [i, at] : llvm::enumerate(permutation)) {
      if (llvm::is_contained(batch, int64_t(i)) || llvm::is_contained(contract, int64_t(i)))
        continue;
      if (at < last)
        return false;
      last = at;
    }
    for (Permutation *list : {&batch, &contract})
      for (int64_t &dim : *list)
        dim = permutation[dim];
    operand = transpose.getInput();
    return true;
  }
};
} // namespace

void populateReshapeTransposePatterns(RewritePatternSet &patterns) {
  patterns.add<SinkBelowReshape>(patterns.getContext());
}

void populateAbsorbTransposePatterns(RewritePatternSet &patterns) {
  patterns.add<AbsorbIntoContract>(patterns.getContext());
}

} // namespace wasmind::graph
