//===- RaiseCompute.cpp - names for what graph.compute spells out -------------------------------------------------===//
//
// Rewrites a tensor expression to the primitive it is, so that sum(A[i, k] * B[k, j]) reaches the same kernel as a
// matrix product of a model. What is recognised:
//   running + a * b, each operand read by distinct plain indices      -> contract
//   running (+ * max min and or) f(...)                                -> reduce of the elementwise f
//   f(...) without reduction                                           -> elementwise operations
// Operands are brought to the domain's order by transposes and reshapes first.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/graph/Compose.h"
#include "compiler/graph/Passes.h"
#include "compiler/graph/Structured.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace wasmind::graph {
#define GEN_PASS_DEF_RAISECOMPUTE
#include "compiler/graph/GraphPasses.h.inc"

namespace {

/// The dimensions a map reads by, in order, when each result is a distinct plain dimension or the constant 0.
std::optional<SmallVector<int64_t>> plainDims(AffineMap map) { // -1 for the constant
  SmallVector<int64_t> dims;
  for (AffineExpr result : map.getResults()) {
    if (auto dim = dyn_cast<AffineDimExpr>(result)) {
      if (llvm::is_contained(dims, int64_t(dim.getPosition())))
        return std::nullopt;
      dims.push_back(dim.getPosition());
    } else if (constantOf(result) == 0) {
      dims.push_back(-1);
    } else {
      return std::nullopt;
    }
  }
  return dims;
}

/// Whether an operand covers the whole extent of each dimension it is read by (and no more).
bool coversDomain(Value operand, ArrayRef<int64_t> dims, ArrayRef<AffineExpr> domain) {
  for (auto [extent, dim] : llvm::zip(getExtents(operand.getType()), dims))
    if (dim < 0 ? !isOne(extent) : !provablyEqual(extent, domain[dim]))
      return false;
  return true;
}

ReduceKind reductionOf(BinaryKind kind, bool &known) {
  for (ReduceKind reduce :
       {ReduceKind::Sum, ReduceKind::Prod, ReduceKind::Max, ReduceKind::Min, ReduceKind::And, ReduceKind::Or})
    if (combinerOf(reduce) == kind) {
      known = true;
      return reduce;
    }
  known = false;
  return ReduceKind::Sum;
}

struct Raise : OpRewritePattern<ComputeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ComputeOp op, PatternRewriter &rewriter) const override {
    Block &body = op.getBody().front();
    for (Operation &inner : body.without_terminator())
      if (!isa<UnaryOp, BinaryOp, CompareOp, SelectOp, CastOp, ConstantOp>(inner))
        return failure();
    SmallVector<AffineExpr> domain = op.getDomain();
    SmallVector<SmallVector<int64_t>> dims;
    for (auto [map, input] : llvm::zip(op.getIndexingMaps(), op.getInputs())) {
      auto plain = plainDims(map);
      if (!plain || !coversDomain(input, *plain, domain))
        return failure();
      dims.push_back(*plain);
    }
    Compose builder(op.getLoc(), rewriter);
    builder.setInsertionPoint(op);
    Value result = op.getReductions() ? raiseReduction(op, dims, domain, builder)
                                      : elementwise(op, body.getTerminator()->getOperand(0), dims, domain, builder);
    if (!result)
      return failure();
    result = builder.broadcastTo(result, getExtents(op.getType()));
    if (!result || result.getType() != op.getType())
      return failure();
    rewriter.replaceOp(op, result);
    return success();
  }

private:
  using Dims = ArrayRef<SmallVector<int64_t>>;

  /// An operand in the domain's order, with extents of 1 where it does not vary.
  static Value aligned(Value operand, ArrayRef<int64_t> dims, ArrayRef<AffineExpr> domain, Compose &builder) {
    SmallVector<std::pair<int64_t, int64_t>> order; // domain dimension (-1 first), operand dimension
    for (auto [i, dim] : llvm::enumerate(dims))
      order.push_back({dim, i});
    llvm::sort(order);
    SmallVector<int64_t> permutation;
    Compose::Extents extents(domain.size(), builder.getAffineConstantExpr(1));
    for (auto [dim, i] : order) {
      permutation.push_back(i);
      if (dim >= 0)
        extents[dim] = getExtents(operand.getType())[i];
    }
    return builder.reshape(builder.transpose(operand, permutation), extents);
  }

  /// The value of the body as operations on whole tensors over the domain.
  static Value elementwise(ComputeOp op, Value scalar, Dims dims, ArrayRef<AffineExpr> domain, Compose &builder) {
    Block &body = op.getBody().front();
    if (auto argument = dyn_cast<BlockArgument>(scalar); argument && argument.getOwner() == &body) {
      unsigned index = argument.getArgNumber();
      return index < dims.size() ? aligned(op.getInputs()[index], dims[index], domain, builder) : nullptr;
    }
    Operation *inner = scalar.getDefiningOp();
    if (!inner || inner->getBlock() != &body) // a rank-0 value from outside
      return builder.reshape(scalar, SmallVector<int64_t>(domain.size(), 1));
    if (auto constant = dyn_cast<ConstantOp>(inner)) {
      ConstantData data = dataOf(constant.getValue());
      auto type = RankedTensorType::get(SmallVector<int64_t>(domain.size(), 1), data.element);
      return makeConstant(builder, inner->getLoc(), type, data.bytes);
    }
    SmallVector<Value> operands;
    for (Value operand : inner->getOperands()) {
      operands.push_back(elementwise(op, operand, dims, domain, builder));
      if (!operands.back())
        return nullptr;
    }
    if (auto unary = dyn_cast<UnaryOp>(inner))
      return builder.unary(unary.getKind(), operands[0]);
    if (auto binary = dyn_cast<BinaryOp>(inner))
      return builder.binary(binary.getKind(), operands[0], operands[1]);
    if (auto compare = dyn_cast<CompareOp>(inner))
      return builder.compare(compare.getKind(), operands[0], operands[1]);
    if (isa<SelectOp>(inner))
      return builder.select(operands[0], operands[1], operands[2]);
    return builder.cast(operands[0], cast<RankedTensorType>(inner->getResult(0).getType()).getElementType());
  }

  static Value raiseReduction(ComputeOp op, Dims dims, ArrayRef<AffineExpr> domain, Compose &builder) {
    Block &body = op.getBody().front();
    Value running = body.getArguments().back();
    auto join = body.getTerminator()->getOperand(0).getDefiningOp<BinaryOp>();
    if (!join || !running.hasOneUse() || (join.getLhs() != running && join.getRhs() != running))
      return nullptr;
    Type element = op.getType().getElementType();
    if (cast<RankedTensorType>(running.getType()).getElementType() != element)
      return nullptr; // a wider sum than the primitives keep
    bool known = false;
    ReduceKind kind = reductionOf(join.getKind(), known);
    if (!known)
      return nullptr;
    Value contribution = join.getLhs() == running ? join.getRhs() : join.getLhs();
    Value result = kind == ReduceKind::Sum ? contraction(op, contribution, dims, domain, builder) : nullptr;
    if (!result) {
      Value whole = elementwise(op, contribution, dims, domain, builder);
      whole = whole ? builder.broadcastTo(whole, domain) : nullptr;
      auto reduced = llvm::to_vector(llvm::seq<int64_t>(domain.size() - op.getReductions(), domain.size()));
      result = builder.reduce(kind, whole, reduced, false);
    }
    return withInitial(op, kind, result, builder);
  }

  /// Joins the initial value, unless it changes nothing.
  static Value withInitial(ComputeOp op, ReduceKind kind, Value result, Compose &builder) {
    if (!result)
      return nullptr;
    Attribute initial = *op.getInitial();
    std::optional<double> value;
    if (auto number = dyn_cast<FloatAttr>(initial))
      value = number.getValueAsDouble();
    else if (auto integer = dyn_cast<IntegerAttr>(initial))
      value = double(integer.getInt());
    if (!value)
      return nullptr;
    Type element = op.getType().getElementType();
    bool neutral = kind == ReduceKind::Sum || kind == ReduceKind::Or ? *value == 0
                   : kind == ReduceKind::Prod || kind == ReduceKind::And
                       ? *value != 0 && (*value == 1 || element.isInteger(1))
                   : kind == ReduceKind::Max ? *value == -std::numeric_limits<double>::infinity()
                                             : *value == std::numeric_limits<double>::infinity();
    return neutral ? result : builder.binary(combinerOf(kind), result, builder.scalarLike(result, *value));
  }

  /// a * b with a and b read by plain indices: dimensions of both that are in the result are batch dimensions, those of
  /// both that are not are summed.
  static Value contraction(ComputeOp op, Value product, Dims dims, ArrayRef<AffineExpr> domain, Compose &builder) {
    auto multiply = product.getDefiningOp<BinaryOp>();
    if (!multiply || multiply.getKind() != BinaryKind::Mul)
      return nullptr;
    Block &body = op.getBody().front();
    auto inputOf = [&](Value factor) -> std::optional<unsigned> {
      auto cast = factor.getDefiningOp<CastOp>();
      if (cast) { // i8 operands are widened by the primitive itself
        auto narrow = llvm::cast<RankedTensorType>(cast.getInput().getType()).getElementType();
        if (!narrow.isInteger(8) || !op.getType().getElementType().isSignlessInteger(32))
          return std::nullopt;
        factor = cast.getInput();
      }
      auto argument = dyn_cast<BlockArgument>(factor);
      if (!argument || argument.getOwner() != &body || argument.getArgNumber() >= dims.size())
        return std::nullopt;
      return argument.getArgNumber();
    };
    auto a = inputOf(multiply.getLhs()), b = inputOf(multiply.getRhs());
    if (!a || !b)
      return nullptr;
    ArrayRef<int64_t> lhs = dims[*a], rhs = dims[*b];
    int64_t parallel = domain.size() - op.getReductions();
    Type left = builder.elementOf(op.getInputs()[*a]), right = builder.elementOf(op.getInputs()[*b]);
    bool narrow = left.isInteger(8) && right.isInteger(8);
    if (llvm::is_contained(lhs, -1) || llvm::is_contained(rhs, -1) || (!narrow && left != right) ||
        (narrow && !op.getType().getElementType().isSignlessInteger(32)))
      return nullptr;
    auto position = [](ArrayRef<int64_t> list, int64_t dim) -> int64_t {
      auto at = llvm::find(list, dim);
      return at == list.end() ? -1 : at - list.begin();
    };
    SmallVector<int64_t> lhsBatch, rhsBatch, lhsContract, rhsContract,
        result; // result: domain dims in the product's order
    for (int64_t dim = 0; dim < int64_t(domain.size()); ++dim) {
      int64_t l = position(lhs, dim), r = position(rhs, dim);
      bool sums = dim >= parallel;
      if (sums && (l < 0 || r < 0))
        return nullptr;
      if (l < 0 || r < 0)
        continue;
      (sums ? lhsContract : lhsBatch).push_back(l);
      (sums ? rhsContract : rhsBatch).push_back(r);
      if (!sums)
        result.push_back(dim);
    }
    for (ArrayRef<int64_t> list : {lhs, rhs})
      for (int64_t dim : list)
        if (dim < parallel && (position(lhs, dim) < 0 || position(rhs, dim) < 0))
          result.push_back(dim);
    Value contract = ContractOp::create(builder, op.getLoc(), op.getInputs()[*a], op.getInputs()[*b], lhsBatch,
                                        rhsBatch, lhsContract, rhsContract);
    // Into the order of the domain, with extents of 1 for dimensions that neither operand has.
    return aligned(contract, result, domain.take_front(parallel), builder);
  }
};

struct RaiseCompute : impl::RaiseComputeBase<RaiseCompute> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<Raise>(&getContext());
    (void)applyPatternsGreedily(getOperation(), std::move(patterns));
  }
};
} // namespace
} // namespace wasmind::graph
