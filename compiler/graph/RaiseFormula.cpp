//===- RaiseFormula.cpp - a graph.compute taken apart ------------------------------------------------------------===//
#include "compiler/graph/RaiseCompute.h"

using namespace mlir;

namespace wasmind::graph {
namespace {

std::optional<ReduceKind> reductionOf(BinaryKind kind) {
  for (ReduceKind reduce :
       {ReduceKind::Sum, ReduceKind::Prod, ReduceKind::Max, ReduceKind::Min, ReduceKind::And, ReduceKind::Or})
    if (combinerOf(reduce) == kind)
      return reduce;
  return std::nullopt;
}

bool isElementwise(Operation *op) { return isa<UnaryOp, BinaryOp, CompareOp, SelectOp, CastOp, ConstantOp>(op); }

} // namespace

Formula::Formula(ComputeOp op, Compose &builder)
    : op(op), builder(builder), domain(op.getDomain()), dims(namedDimsAround(op)),
      parallel(domain.size() - op.getReductions()) {
  for (auto [map, input] : llvm::zip(op.getIndexingMaps(), op.getInputs())) {
    Extents &indices = maps.emplace_back();
    for (AffineExpr index : map.getResults()) {
      for (int64_t dim = 0; dim < rank(); ++dim) // where there is one place, nothing varies
        if (isOne(domain[dim]))
          index = index.replace(getAffineDimExpr(dim, op.getContext()), getAffineConstantExpr(0, op.getContext()));
      indices.push_back(normalise(index));
    }
    plans.push_back(planOf(input, indices));
  }
  Block &body = op.getBody().front();
  for (Operation &inner : body.without_terminator())
    if (!isElementwise(&inner))
      return;
  Value result = body.getTerminator()->getOperand(0);
  if (!op.getReductions()) {
    contribution = result;
    return;
  }
  Value running = body.getArguments().back();
  auto join = result.getDefiningOp<BinaryOp>();
  if (!join || !running.hasOneUse() || (join.getLhs() != running && join.getRhs() != running))
    return;
  auto known = reductionOf(join.getKind());
  Value joined = join.getLhs() == running ? join.getRhs() : join.getLhs();
  Type scalar = RankedTensorType::get({}, resultElement());
  auto widened = joined.getDefiningOp<CastOp>();
  bool isHalf = resultElement().isF16() || resultElement().isBF16();
  if (isHalf && widened && widened.getInput().getType() == scalar && builder.elementOf(running).isF32())
    joined = widened.getInput(); // the primitives keep sums of halves in f32
  else if (running.getType() != scalar)
    return; // also a wider sum than the primitives keep
  if (!known)
    return;
  kind = *known;
  bool isLogical = kind == ReduceKind::And || kind == ReduceKind::Or;
  if (isLogical != resultElement().isInteger(1))
    return; // bitwise
  contribution = joined;
}

//===- Reading operands -----------------------------------------------------------------------------------------===//

/// Whether an index counts through dimensions like the digits of a number (`d0 * 12 + d1 * 4 + d2`), all of them: then
/// the operand's dimension splits into `dims`, the slowest first.
bool Formula::splits(AffineExpr index, AffineExpr extent, IntList &dims) const {
  SmallVector<std::pair<int64_t, AffineExpr>> digits; // dimension, weight
  for (const Term &term : termsOf(index)) {
    AffineExpr weight = getAffineConstantExpr(term.coefficient, index.getContext());
    int64_t dim = -1;
    for (AffineExpr variable : term.variables)
      if (auto d = dyn_cast<AffineDimExpr>(variable); d && dim < 0)
        dim = d.getPosition();
      else if (variable.isSymbolicOrConstant())
        weight = weight * variable;
      else
        return false;
    if (dim < 0)
      return false;
    digits.push_back({dim, normalise(weight)});
  }
  AffineExpr reached = getAffineConstantExpr(1, index.getContext());
  while (!digits.empty()) {
    auto *next = llvm::find_if(digits, [&](auto &digit) { return provablyEqual(digit.second, reached); });
    if (next == digits.end())
      return false;
    dims.insert(dims.begin(), next->first);
    reached = normalise(reached * domain[next->first]);
    digits.erase(next);
  }
  return dims.size() > 1 && provablyEqual(reached, extent);
}

std::optional<Formula::Plan> Formula::planOf(Value operand, ArrayRef<AffineExpr> indices) const {
  MLIRContext *context = op.getContext();
  AffineExpr zero = getAffineConstantExpr(0, context), one = getAffineConstantExpr(1, context);
  Plan plan;
  bool isReshaped = false;
  auto keep = [&](int64_t dim, AffineExpr extent) {
    plan.dims.push_back(dim);
    plan.reshaped.push_back(extent);
    plan.starts.push_back(zero);
    plan.extents.push_back(extent);
    plan.strides.push_back(1);
  };
  Extents merged, mergedExtents;
  for (auto [index, extent] : llvm::zip(indices, getExtents(operand.getType()))) {
    auto rest = dyn_cast<AffineBinaryOpExpr>(index);
    auto quotient = dyn_cast_or_null<AffineBinaryOpExpr>(merged.empty() ? AffineExpr() : merged.back());
    if (rest && quotient && rest.getKind() == AffineExprKind::Mod && quotient.getKind() == AffineExprKind::FloorDiv &&
        rest.getLHS() == quotient.getLHS() && rest.getRHS() == quotient.getRHS() &&
        provablyEqual(rest.getRHS(), extent)) {
      merged.back() = rest.getLHS();
      mergedExtents.back() = normalise(mergedExtents.back() * extent);
      isReshaped = true;
      continue;
    }
    merged.push_back(index);
    mergedExtents.push_back(extent);
  }
  for (auto [index, extent] : llvm::zip(merged, mergedExtents)) {
    if (index.isSymbolicOrConstant()) {
      if (!staysInside(index, one, 1, extent, dims))
        return std::nullopt;
      keep(-1, extent);
      plan.isCut |= !isOne(extent);
      plan.starts.back() = index;
      plan.extents.back() = one;
      continue;
    }
    int64_t dim = -1;
    for (int64_t d = 0; d < rank(); ++d)
      if (index.isFunctionOfDim(d))
        dim = dim < 0 ? d : rank();
    if (dim == rank()) { // several
      IntList digits;
      if (!splits(index, extent, digits))
        return std::nullopt;
      for (int64_t digit : digits)
        keep(digit, domain[digit]);
      isReshaped = true;
      continue;
    }
    AffineExpr d = getAffineDimExpr(dim, context), start = normalise(index.replace(d, zero));
    auto stride = constantOf(normalise(index.replace(d, one) - start));
    if (!stride || *stride == 0 || normalise(d * *stride + start) != index)
      return std::nullopt; // divided
    keep(dim, extent);
    if (*stride < 0) {
      plan.reversed.push_back(plan.dims.size() - 1);
      start = normalise(extent - 1 - start);
    }
    if (!staysInside(start, domain[dim], std::abs(*stride), extent, dims))
      return std::nullopt; // absent elements
    plan.starts.back() = start;
    plan.strides.back() = std::abs(*stride);
    plan.extents.back() = domain[dim];
    plan.isCut |= std::abs(*stride) != 1 || constantOf(start) != 0 || !provablyEqual(extent, domain[dim]);
  }
  if (!isReshaped)
    plan.reshaped.clear();
  for (auto [i, dim] : llvm::enumerate(plan.dims))
    if (dim >= 0 && llvm::is_contained(ArrayRef(plan.dims).drop_front(i + 1), dim))
      return std::nullopt; // a diagonal
  return plan;
}

Formula::View Formula::view(unsigned input) {
  const Plan &plan = *plans[input];
  Value value = op.getInputs()[input];
  if (!plan.reshaped.empty())
    value = builder.reshape(value, plan.reshaped);
  if (!plan.reversed.empty())
    value = ReverseOp::create(builder, value, plan.reversed);
  if (plan.isCut)
    value = builder.slice(value, plan.starts, plan.extents, plan.strides);
  return {plan.dims, value};
}

SmallVector<unsigned> Formula::inputsOf(Value scalar) const {
  SmallVector<unsigned> inputs;
  Block *body = &op->getRegion(0).front();
  llvm::DenseSet<Value> seen;
  SmallVector<Value> work{scalar};
  while (!work.empty()) {
    Value value = work.pop_back_val();
    if (!seen.insert(value).second)
      continue;
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      if (argument.getOwner() == body)
        inputs.push_back(argument.getArgNumber());
    } else if (Operation *inner = value.getDefiningOp(); inner->getBlock() == body) {
      llvm::append_range(work, inner->getOperands());
    }
  }
  llvm::sort(inputs);
  return inputs;
}

std::optional<Formula::IntList> Formula::dimsOf(Value scalar) const {
  IntList dims;
  for (unsigned input : inputsOf(scalar)) {
    if (input >= plans.size() || !plans[input])
      return std::nullopt;
    for (int64_t dim : plans[input]->dims)
      if (dim >= 0 && !llvm::is_contained(dims, dim))
        dims.push_back(dim);
  }
  llvm::sort(dims);
  return dims;
}

std::optional<unsigned> Formula::inputIs(Value scalar) const {
  if (auto cast = scalar.getDefiningOp<CastOp>()) {
    Type narrow = builder.elementOf(cast.getInput());
    if (!narrow.isInteger(8) || !resultElement().isSignlessInteger(32))
      return std::nullopt;
    scalar = cast.getInput();
  }
  auto argument = dyn_cast<BlockArgument>(scalar);
  if (!argument || argument.getParentRegion() != &op->getRegion(0) || argument.getArgNumber() >= plans.size())
    return std::nullopt;
  return argument.getArgNumber();
}

//===- Whole tensors --------------------------------------------------------------------------------------------===//

Value Formula::aligned(View view, int64_t rank) {
  SmallVector<std::pair<int64_t, int64_t>> order; // domain dimension (-1 first), dimension of the view
  for (auto [i, dim] : llvm::enumerate(view.dims))
    order.push_back({dim, i});
  llvm::sort(order);
  IntList permutation;
  Extents extents(rank, builder.getAffineConstantExpr(1));
  for (auto [dim, i] : order) {
    permutation.push_back(i);
    if (dim >= 0)
      extents[dim] = getExtents(view.value.getType())[i];
  }
  return builder.reshape(builder.transpose(view.value, permutation), extents);
}

namespace {
struct Elementwise {
  Formula &formula;
  const llvm::DenseMap<unsigned, Value> &given;
  llvm::DenseMap<Value, Value> known = llvm::DenseMap<Value, Value>();

  Value of(Value scalar) {
    if (Value value = known.lookup(scalar))
      return value;
    return known[scalar] = built(scalar);
  }

  Value built(Value scalar) {
    Compose &builder = formula.builder;
    Block *body = &formula.op.getBody().front();
    if (auto argument = dyn_cast<BlockArgument>(scalar); argument && argument.getOwner() == body) {
      unsigned input = argument.getArgNumber();
      if (Value value = given.lookup(input))
        return value;
      if (input >= formula.plans.size() || !formula.plans[input])
        return nullptr;
      return formula.aligned(formula.view(input), formula.rank());
    }
    Operation *inner = scalar.getDefiningOp();
    if (!inner || inner->getBlock() != body) // a rank-0 value from outside
      return builder.reshape(scalar, SmallVector<int64_t>(formula.rank(), 1));
    if (auto constant = dyn_cast<ConstantOp>(inner)) {
      ConstantData data = dataOf(constant.getValue());
      auto type = RankedTensorType::get(SmallVector<int64_t>(formula.rank(), 1), data.element);
      return makeConstant(builder, inner->getLoc(), type, data.bytes);
    }
    SmallVector<Value> operands;
    for (Value operand : inner->getOperands()) {
      operands.push_back(of(operand));
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
};
} // namespace

Value Formula::elementwise(Value scalar, const llvm::DenseMap<unsigned, Value> &given) {
  return Elementwise{*this, given}.of(scalar);
}

Formula::View Formula::factor(Value scalar) {
  View result;
  if (auto input = inputIs(scalar)) {
    View read = view(*input);
    Extents kept;
    for (auto [dim, extent] : llvm::zip(read.dims, builder.extentsOf(read.value)))
      if (dim >= 0) {
        result.dims.push_back(dim);
        kept.push_back(extent);
      }
    result.value = builder.reshape(read.value, kept);
    return result;
  }
  Value whole = elementwise(scalar);
  result.dims = *dimsOf(scalar);
  Extents kept;
  for (int64_t dim : result.dims)
    kept.push_back(domain[dim]);
  result.value = builder.reshape(whole, kept);
  return result;
}

} // namespace wasmind::graph
