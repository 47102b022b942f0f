//===- StructuredOps.cpp - the primitives seen as loops: domain, indexing maps, scalar body -----------------------===//
//
// Bodies convert their elements to the type of the running value, so a caller chooses the precision of a sum by the
// type of the running value it passes.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/graph/Structured.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace wasmind::graph {

unsigned symbolCountOf(ArrayRef<AffineExpr> expressions) {
  unsigned count = 0;
  for (AffineExpr e : expressions)
    e.walk([&](AffineExpr part) {
      if (auto symbol = dyn_cast<AffineSymbolExpr>(part))
        count = std::max(count, symbol.getPosition() + 1);
    });
  return count;
}

std::optional<Type> productElement(Type lhs, Type rhs) {
  auto isNarrow = [](Type element) { return element.isInteger(8) || element.isSignlessInteger(16); };
  if (isNarrow(lhs) && isNarrow(rhs))
    return IntegerType::get(lhs.getContext(), 32);
  return lhs == rhs ? std::optional(lhs) : std::nullopt;
}

BinaryKind combinerOf(ReduceKind kind) {
  switch (kind) {
  case ReduceKind::Sum:
    return BinaryKind::Add;
  case ReduceKind::Prod:
    return BinaryKind::Mul;
  case ReduceKind::Max:
    return BinaryKind::Max;
  case ReduceKind::Min:
    return BinaryKind::Min;
  case ReduceKind::And:
    return BinaryKind::And;
  case ReduceKind::Or:
    return BinaryKind::Or;
  }
  llvm_unreachable("all kinds are covered");
}

namespace {
using Extents = SmallVector<AffineExpr>;

AffineMap mapOf(unsigned dimCount, ArrayRef<AffineExpr> results, MLIRContext *context) {
  return AffineMap::get(dimCount, symbolCountOf(results), results, context);
}

AffineExpr dim(unsigned i, MLIRContext *context) { return getAffineDimExpr(i, context); }
AffineExpr constant(int64_t value, MLIRContext *context) { return getAffineConstantExpr(value, context); }

/// Reads an operand of an elementwise operation: extents of 1 are repeated over the domain's.
AffineMap repeatingMap(Value operand, ArrayRef<AffineExpr> domain) {
  MLIRContext *context = operand.getContext();
  Extents results;
  for (auto [i, extent] : llvm::enumerate(getExtents(operand.getType())))
    results.push_back(isOne(extent) && !isOne(domain[i]) ? constant(0, context) : dim(i, context));
  return mapOf(domain.size(), results, context);
}

SmallVector<AffineMap> repeatingMaps(Operation *op) {
  Extents domain = getExtents(op->getResult(0).getType());
  SmallVector<AffineMap> maps;
  for (Value operand : op->getOperands())
    maps.push_back(repeatingMap(operand, domain));
  return maps;
}

Value convert(OpBuilder &builder, Location location, Value element, Type like) {
  if (element.getType() == like)
    return element;
  return CastOp::create(builder, location, like, element);
}

Value multiplyAdd(OpBuilder &builder, Location location, ValueRange elements) {
  Type sum = elements[2].getType();
  Value product = BinaryOp::create(builder, location, BinaryKind::Mul, convert(builder, location, elements[0], sum),
                                   convert(builder, location, elements[1], sum));
  return BinaryOp::create(builder, location, BinaryKind::Add, elements[2], product);
}

Value combine(OpBuilder &builder, Location location, ReduceKind kind, ValueRange elements) {
  if (elements.size() == 1)
    return elements[0];
  Value element = convert(builder, location, elements[0], elements[1].getType());
  return BinaryOp::create(builder, location, combinerOf(kind), elements[1], element);
}
} // namespace

//===- Elementwise ------------------------------------------------------------------------------------------------===//

Extents UnaryOp::getDomain() { return getExtents(getType()); }
unsigned UnaryOp::getReductionCount() { return 0; }
SmallVector<AffineMap> UnaryOp::getIndexingMaps() { return repeatingMaps(*this); }
Value UnaryOp::buildBody(OpBuilder &builder, Location location, ValueRange elements) {
  return UnaryOp::create(builder, location, getKind(), elements[0]);
}

Extents BinaryOp::getDomain() { return getExtents(getType()); }
unsigned BinaryOp::getReductionCount() { return 0; }
SmallVector<AffineMap> BinaryOp::getIndexingMaps() { return repeatingMaps(*this); }
Value BinaryOp::buildBody(OpBuilder &builder, Location location, ValueRange elements) {
  return BinaryOp::create(builder, location, getKind(), elements[0], elements[1]);
}

Extents CompareOp::getDomain() { return getExtents(getType()); }
unsigned CompareOp::getReductionCount() { return 0; }
SmallVector<AffineMap> CompareOp::getIndexingMaps() { return repeatingMaps(*this); }
Value CompareOp::buildBody(OpBuilder &builder, Location location, ValueRange elements) {
  return CompareOp::create(builder, location, getKind(), elements[0], elements[1]);
}

Extents SelectOp::getDomain() { return getExtents(getType()); }
unsigned SelectOp::getReductionCount() { return 0; }
SmallVector<AffineMap> SelectOp::getIndexingMaps() { return repeatingMaps(*this); }
Value SelectOp::buildBody(OpBuilder &builder, Location location, ValueRange elements) {
  return SelectOp::create(builder, location, elements[0], elements[1], elements[2]);
}

Extents CastOp::getDomain() { return getExtents(getType()); }
unsigned CastOp::getReductionCount() { return 0; }
SmallVector<AffineMap> CastOp::getIndexingMaps() { return repeatingMaps(*this); }
Value CastOp::buildBody(OpBuilder &builder, Location location, ValueRange elements) {
  return convert(builder, location, elements[0], RankedTensorType::get({}, getType().getElementType()));
}

//===- Contractions, convolutions, windows, reductions ------------------------------------------------------------===//

Extents ContractOp::getDomain() {
  Extents domain = getExtents(getType()), lhs = getExtents(getLhs().getType());
  for (int64_t i : getLhsContract())
    domain.push_back(lhs[i]);
  return domain;
}

unsigned ContractOp::getReductionCount() { return getLhsContract().size(); }

SmallVector<AffineMap> ContractOp::getIndexingMaps() {
  MLIRContext *context = getContext();
  unsigned parallel = getType().getRank(), count = parallel + getReductionCount(), next = getLhsBatch().size();
  SmallVector<AffineMap> maps;
  auto add = [&](Value operand, ArrayRef<int64_t> batch, ArrayRef<int64_t> contract) {
    Extents results(cast<RankedTensorType>(operand.getType()).getRank());
    for (auto [i, at] : llvm::enumerate(batch))
      results[at] = dim(i, context);
    for (auto [i, at] : llvm::enumerate(contract))
      results[at] = dim(parallel + i, context);
    for (AffineExpr &result : results)
      if (!result)
        result = dim(next++, context);
    maps.push_back(mapOf(count, results, context));
  };
  add(getLhs(), getLhsBatch(), getLhsContract());
  add(getRhs(), getRhsBatch(), getRhsContract());
  return maps;
}

Value ContractOp::buildBody(OpBuilder &builder, Location location, ValueRange elements) {
  if (getReductionCount() == 0) { // an outer product
    Type result = RankedTensorType::get({}, getType().getElementType());
    return BinaryOp::create(builder, location, BinaryKind::Mul, convert(builder, location, elements[0], result),
                            convert(builder, location, elements[1], result));
  }
  return multiplyAdd(builder, location, elements);
}

// Domain [N, out..., O | kernel..., C / groups].
Extents ConvolveOp::getDomain() {
  Extents domain = getExtents(getType()), weights = getExtents(getWeights().getType());
  domain.append(weights.begin(), weights.end() - 1);
  return domain;
}

unsigned ConvolveOp::getReductionCount() { return getType().getRank() - 1; }

SmallVector<AffineMap> ConvolveOp::getIndexingMaps() {
  MLIRContext *context = getContext();
  unsigned rank = getType().getRank(), spatial = rank - 2, count = 2 * rank - 1;
  Extents input{dim(0, context)}, kernel, weights = getExtents(getWeights().getType());
  for (unsigned i = 0; i < spatial; ++i) {
    AffineExpr out = dim(1 + i, context), k = dim(rank + i, context);
    AffineExpr stride = getStrides().getResult(i), dilation = getDilations().getResult(i),
               low = getPadLow().getResult(i);
    if (getTransposed()) {
      // Input i reaches out = i * stride + k * dilation - low; where none does, the index is far outside.
      AffineExpr position = out + low - k * dilation;
      input.push_back(position.floorDiv(stride) + (position % stride) * (int64_t(1) << 40));
    } else {
      input.push_back(out * stride + k * dilation - low);
    }
    kernel.push_back(k);
  }
  AffineExpr channel = dim(count - 1, context), output = dim(rank - 1, context), groups = getGroupCount();
  kernel.push_back(channel);
  kernel.push_back(output);
  if (!isOne(groups)) {
    AffineExpr outputsPerGroup = *divideExactly(weights[rank - 1], groups);
    channel = output.floorDiv(outputsPerGroup) * weights[rank - 2] + channel;
  }
  input.push_back(channel);
  return {mapOf(count, input, context), mapOf(count, kernel, context)};
}

Value ConvolveOp::buildBody(OpBuilder &builder, Location location, ValueRange elements) {
  return multiplyAdd(builder, location, elements);
}

/// The dimensions of a window operation that have a reduction dimension: those with more than one element per window,
/// and always at least one, so that absent elements meet the running value.
static SmallVector<unsigned> slidingDims(WindowOp op) {
  SmallVector<unsigned> dims;
  for (auto [i, size] : llvm::enumerate(op.getSizes().getResults()))
    if (!isOne(size))
      dims.push_back(i);
  if (dims.empty() && op.getSizes().getNumResults() != 0)
    dims.push_back(op.getSizes().getNumResults() - 1);
  return dims;
}

Extents WindowOp::getDomain() {
  Extents domain = getExtents(getType());
  for (unsigned i : slidingDims(*this))
    domain.push_back(getSizes().getResult(i));
  return domain;
}

unsigned WindowOp::getReductionCount() { return slidingDims(*this).size(); }

SmallVector<AffineMap> WindowOp::getIndexingMaps() {
  MLIRContext *context = getContext();
  unsigned rank = getType().getRank();
  SmallVector<unsigned> sliding = slidingDims(*this);
  Extents results;
  for (unsigned i = 0; i < rank; ++i)
    results.push_back(dim(i, context) * getStrides().getResult(i) - getPadLow().getResult(i));
  for (auto [j, i] : llvm::enumerate(sliding))
    results[i] = results[i] + dim(rank + j, context) * getDilations().getResult(i);
  return {mapOf(rank + sliding.size(), results, context)};
}

Value WindowOp::buildBody(OpBuilder &builder, Location location, ValueRange elements) {
  return combine(builder, location, getKind(), elements);
}

Extents ReduceOp::getDomain() {
  Extents domain = getExtents(getType()), input = getExtents(getInput().getType());
  for (int64_t i : getDims())
    domain.push_back(input[i]);
  return domain;
}

unsigned ReduceOp::getReductionCount() { return getDims().size(); }

SmallVector<AffineMap> ReduceOp::getIndexingMaps() {
  MLIRContext *context = getContext();
  unsigned parallel = getType().getRank(), rank = parallel + getDims().size(), next = 0;
  Extents results(rank);
  for (auto [i, at] : llvm::enumerate(getDims()))
    results[at] = dim(parallel + i, context);
  for (AffineExpr &result : results)
    if (!result)
      result = dim(next++, context);
  return {mapOf(rank, results, context)};
}

Value ReduceOp::buildBody(OpBuilder &builder, Location location, ValueRange elements) {
  return combine(builder, location, getKind(), elements);
}

//===- Movement ---------------------------------------------------------------------------------------------------===//

Extents TransposeOp::getDomain() { return getExtents(getType()); }
unsigned TransposeOp::getReductionCount() { return 0; }
SmallVector<AffineMap> TransposeOp::getIndexingMaps() {
  Extents results(getPermutation().size());
  for (auto [i, from] : llvm::enumerate(getPermutation()))
    results[from] = dim(i, getContext());
  return {mapOf(results.size(), results, getContext())};
}
Value TransposeOp::buildBody(OpBuilder &, Location, ValueRange elements) { return elements[0]; }

Extents BroadcastOp::getDomain() { return getExtents(getType()); }
unsigned BroadcastOp::getReductionCount() { return 0; }
SmallVector<AffineMap> BroadcastOp::getIndexingMaps() { return repeatingMaps(*this); }
Value BroadcastOp::buildBody(OpBuilder &, Location, ValueRange elements) { return elements[0]; }

Extents SliceOp::getDomain() { return getExtents(getType()); }
unsigned SliceOp::getReductionCount() { return 0; }
SmallVector<AffineMap> SliceOp::getIndexingMaps() {
  Extents results;
  for (auto [i, start] : llvm::enumerate(getStarts().getResults()))
    results.push_back(dim(i, getContext()) * getStrides()[i] + start);
  return {mapOf(results.size(), results, getContext())};
}
Value SliceOp::buildBody(OpBuilder &, Location, ValueRange elements) { return elements[0]; }

Extents ReverseOp::getDomain() { return getExtents(getType()); }
unsigned ReverseOp::getReductionCount() { return 0; }
SmallVector<AffineMap> ReverseOp::getIndexingMaps() {
  Extents results;
  for (auto [i, extent] : llvm::enumerate(getExtents(getInput().getType()))) {
    AffineExpr index = dim(i, getContext());
    results.push_back(llvm::is_contained(getDims(), int64_t(i)) ? extent - 1 - index : index);
  }
  return {mapOf(results.size(), results, getContext())};
}
Value ReverseOp::buildBody(OpBuilder &, Location, ValueRange elements) { return elements[0]; }

//===- Compute ----------------------------------------------------------------------------------------------------===//

Extents ComputeOp::getDomain() { return Extents(getDomainMap().getResults()); }
unsigned ComputeOp::getReductionCount() { return getReductions(); }
SmallVector<AffineMap> ComputeOp::getIndexingMaps() {
  return llvm::to_vector(getMaps().getAsValueRange<AffineMapAttr>());
}

Value ComputeOp::buildBody(OpBuilder &builder, Location location, ValueRange elements) {
  IRMapping mapping;
  Block &block = getBody().front();
  mapping.map(block.getArguments(), elements);
  for (Operation &op : block.without_terminator())
    builder.clone(op, mapping);
  return mapping.lookupOrDefault(block.getTerminator()->getOperand(0));
}

} // namespace wasmind::graph
