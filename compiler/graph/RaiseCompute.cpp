//===- RaiseCompute.cpp - names for what graph.compute spells out ------------------------------------------------===//
//
// Rewrites a tensor expression to the primitive it is, so that sum(A[i, k] * B[k, j]) reaches the same kernel as a
// matrix product of a model. What is recognised:
//   running + a * b * ...                   -> contract, or convolve where a is read by sliding indices
//   running (+ * max min and or) f(a)       -> window, where a is read by sliding indices
//   running (+ * max min and or) f(...)     -> reduce of the elementwise f
//   f(...) without reduction                -> elementwise operations
// Operands are cut, reversed, split and brought to the domain's order first. Sums of products are rearranged: factors
// that do not depend on what is summed over move out of the sum.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/graph/RaiseCompute.h"
#include "compiler/graph/ApplyRewrites.h"
#include "compiler/graph/Passes.h"

using namespace mlir;

namespace wasmind::graph {
#define GEN_PASS_DEF_RAISECOMPUTE
#include "compiler/graph/GraphPasses.h.inc"

namespace {
using IntList = Formula::IntList;

bool isIn(ArrayRef<int64_t> list, int64_t value) { return llvm::is_contained(list, value); }
int64_t positionIn(ArrayRef<int64_t> list, int64_t value) { return llvm::find(list, value) - list.begin(); }

/// Whether joining `initial` changes nothing.
bool isNeutral(ReduceKind kind, Attribute initial) {
  if (auto number = dyn_cast<FloatAttr>(initial)) {
    double value = number.getValueAsDouble(), infinity = std::numeric_limits<double>::infinity();
    switch (kind) {
    case ReduceKind::Sum:
      return value == 0;
    case ReduceKind::Prod:
      return value == 1;
    case ReduceKind::Max:
      return value == -infinity;
    case ReduceKind::Min:
      return value == infinity;
    default:
      return false;
    }
  }
  auto integer = dyn_cast<IntegerAttr>(initial);
  if (!integer)
    return false;
  APInt value = integer.getValue();
  bool isUnsigned = integer.getType().isUnsignedInteger();
  switch (kind) {
  case ReduceKind::Sum:
  case ReduceKind::Or:
    return value.isZero();
  case ReduceKind::Prod:
  case ReduceKind::And:
    return value.isOne();
  case ReduceKind::Max:
    return isUnsigned ? value.isMinValue() : value.isMinSignedValue();
  case ReduceKind::Min:
    return isUnsigned ? value.isMaxValue() : value.isMaxSignedValue();
  }
  return false;
}

/// Joins the initial value, unless it changes nothing.
Value withInitial(Formula &formula, Value result) {
  Attribute initial = *formula.op.getInitial();
  if (!result || isNeutral(formula.kind, initial))
    return result;
  Type element = formula.resultElement();
  std::vector<char> bytes(byteWidth(element));
  if (auto number = dyn_cast<FloatAttr>(initial))
    storeDouble(element, number.getValueAsDouble(), bytes.data());
  else if (auto integer = dyn_cast<IntegerAttr>(initial))
    storeInteger(element, integer.getValue().getSExtValue(), bytes.data());
  else
    return nullptr;
  Compose &builder = formula.builder;
  auto type = RankedTensorType::get(SmallVector<int64_t>(builder.rankOf(result), 1), element);
  return builder.binary(combinerOf(formula.kind), result, makeConstant(builder, builder.getLoc(), type, bytes));
}

/// The factors of a product, however nested.
void factorsOf(Value product, Block *body, SmallVectorImpl<Value> &factors) {
  auto multiply = product.getDefiningOp<BinaryOp>();
  constexpr size_t most = 16; // a product of more is not taken apart
  if (multiply && multiply->getBlock() == body && multiply.getKind() == BinaryKind::Mul && factors.size() < most) {
    factorsOf(multiply.getLhs(), body, factors);
    factorsOf(multiply.getRhs(), body, factors);
    return;
  }
  factors.push_back(product);
}

/// The sum of a * b over the dimensions after the parallel ones: dimensions of both that are in the result are batch
/// dimensions. Null where it is not worth a product: where an operand has no dimension of its own (a matrix times a
/// vector), each element of the other is read once, and a plain reduction reads it in order.
Value contraction(Formula &formula, Value a, Value b) {
  auto lhsDims = formula.dimsOf(a), rhsDims = formula.dimsOf(b);
  if (!lhsDims || !rhsDims)
    return nullptr;
  bool ownsLhs = false, ownsRhs = false;
  for (int64_t dim = 0; dim < formula.rank(); ++dim) {
    bool inLhs = isIn(*lhsDims, dim), inRhs = isIn(*rhsDims, dim);
    if (dim >= formula.parallel && !inLhs && !inRhs && !isOne(formula.domain[dim]))
      return nullptr;
    ownsLhs |= dim < formula.parallel && inLhs && !inRhs;
    ownsRhs |= dim < formula.parallel && inRhs && !inLhs;
  }
  Compose &builder = formula.builder;
  auto elementIn = [&](Value factor) { // what the primitive would read
    auto input = formula.inputIs(factor);
    return input ? builder.elementOf(formula.op.getInputs()[*input]) : builder.elementOf(factor);
  };
  Type left = elementIn(a), right = elementIn(b), result = formula.resultElement();
  const bool isNarrow = left != result;
  if (!ownsLhs || !ownsRhs || productElement(left, right) != result)
    return nullptr;
  Formula::View lhs = formula.factor(a), rhs = formula.factor(b);
  // A dimension that only one operand has is summed there.
  auto presum = [&](Formula::View &view, ArrayRef<int64_t> other) {
    IntList alone, kept;
    for (auto [i, dim] : llvm::enumerate(view.dims))
      dim >= formula.parallel && !isIn(other, dim) ? alone.push_back(i) : kept.push_back(dim);
    if (alone.empty())
      return;
    if (isNarrow)
      view.value = builder.cast(view.value, result);
    view.value = builder.reduce(ReduceKind::Sum, view.value, alone, false);
    view.dims = kept;
  };
  presum(lhs, *rhsDims);
  presum(rhs, *lhsDims);
  if (!lhs.value || !rhs.value)
    return nullptr;
  if (productElement(builder.elementOf(lhs.value), builder.elementOf(rhs.value)) != result) {
    lhs.value = builder.cast(lhs.value, result);
    rhs.value = builder.cast(rhs.value, result);
  }
  IntList lhsBatch, rhsBatch, lhsContract, rhsContract, order; // domain dimensions in the product's order
  for (int64_t dim = 0; dim < formula.rank(); ++dim) {
    if (!isIn(lhs.dims, dim) || !isIn(rhs.dims, dim))
      continue;
    bool sums = dim >= formula.parallel;
    (sums ? lhsContract : lhsBatch).push_back(positionIn(lhs.dims, dim));
    (sums ? rhsContract : rhsBatch).push_back(positionIn(rhs.dims, dim));
    if (!sums)
      order.push_back(dim);
  }
  for (const IntList *list : {&lhs.dims, &rhs.dims})
    for (int64_t dim : *list)
      if (dim < formula.parallel && !(isIn(lhs.dims, dim) && isIn(rhs.dims, dim)))
        order.push_back(dim);
  Value product = ContractOp::create(builder, lhs.value, rhs.value, lhsBatch, rhsBatch, lhsContract, rhsContract);
  return formula.aligned({order, product}, formula.parallel);
}

/// The sum of a product of factors, those outside the sum multiplied afterwards.
Value sumOfProducts(Formula &formula) {
  SmallVector<Value> factors, outer, inner;
  Block *body = &formula.op.getBody().front();
  factorsOf(formula.contribution, body, factors);
  Compose &builder = formula.builder;
  for (Value factor : factors) {
    auto dims = formula.dimsOf(factor);
    bool isOuter = dims && llvm::none_of(*dims, [&](int64_t dim) { return dim >= formula.parallel; });
    // A cast of i8 belongs to its product.
    (isOuter ? outer : inner).push_back(factor);
  }
  if (inner.size() != 2)
    return nullptr;
  Value result = contraction(formula, inner[0], inner[1]);
  for (unsigned image : {0u, 1u})
    if (!result)
      result = raiseConvolution(formula, inner[image], inner[1 - image]);
  if (!result)
    return nullptr;
  for (Value factor : outer) {
    Value whole = formula.elementwise(factor);
    if (!whole)
      return nullptr;
    Formula::Extents extents = builder.extentsOf(whole);
    extents.truncate(formula.parallel);
    result = builder.mul(result, builder.reshape(whole, extents));
  }
  return result;
}

Value reduction(Formula &formula) {
  Value result = formula.kind == ReduceKind::Sum ? sumOfProducts(formula) : Value();
  if (!result)
    result = raiseWindow(formula);
  if (!result && formula.dimsOf(formula.contribution)) {
    Compose &builder = formula.builder;
    Value whole = formula.elementwise(formula.contribution);
    whole = whole ? builder.broadcastTo(whole, formula.domain) : nullptr;
    auto dims = llvm::to_vector(llvm::seq<int64_t>(formula.parallel, formula.rank()));
    result = builder.reduce(formula.kind, whole, dims, false);
  }
  return withInitial(formula, result);
}

void raise(ComputeOp op, RewriterBase &rewriter) {
  Compose builder(op.getLoc(), rewriter);
  builder.setInsertionPoint(op);
  Formula formula(op, builder);
  if (!formula.contribution)
    return;
  Value result;
  if (op.getReductions())
    result = reduction(formula);
  else if (formula.dimsOf(formula.contribution))
    result = formula.elementwise(formula.contribution);
  if (result)
    result = builder.broadcastTo(result, getExtents(op.getType()));
  if (result && result.getType() == op.getType())
    rewriter.replaceOp(op, result);
}

struct RaiseCompute : impl::RaiseComputeBase<RaiseCompute> {
  void runOnOperation() override {
    // In order: a convolution takes in the padding that the compute before it turned out to be.
    SmallVector<ComputeOp> computes;
    getOperation().walk([&](ComputeOp op) { computes.push_back(op); });
    IRRewriter rewriter(&getContext());
    for (ComputeOp op : computes)
      raise(op, rewriter);
    (void)applyRewrites(getOperation(), RewritePatternSet(&getContext())); // folds, and drops what is unused
  }
};
} // namespace
} // namespace wasmind::graph
