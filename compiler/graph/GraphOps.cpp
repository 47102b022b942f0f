//===- GraphOps.cpp - type inference and verification of the primitives -------------------------------------------===//
#include "compiler/graph/Constants.h"
#include "compiler/graph/ExtentBounds.h"
#include "compiler/graph/Graph.h"
#include "compiler/graph/Structured.h"
#include "compiler/graph/WindowAttributes.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/OpImplementation.h"
#include "llvm/ADT/SmallBitVector.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace wasmind::graph;

#include "compiler/graph/GraphDialect.cpp.inc"
#include "compiler/graph/GraphEnums.cpp.inc"
#include "compiler/graph/GraphInterfaces.cpp.inc"
#define GET_OP_CLASSES
#include "compiler/graph/GraphOps.cpp.inc"

void GraphDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "compiler/graph/GraphOps.cpp.inc"
      >();
  addInterfaces<RememberedBounds, RememberedDims>();
}

Operation *GraphDialect::materializeConstant(OpBuilder &builder, Attribute value, Type type, Location location) {
  auto elements = dyn_cast<ElementsAttr>(value);
  return elements ? ConstantOp::create(builder, location, type, elements) : nullptr;
}

namespace {
using Extents = SmallVector<AffineExpr>;
using Loc = std::optional<Location>;

Type elementOf(Value value) { return cast<RankedTensorType>(value.getType()).getElementType(); }
int64_t rankOf(Value value) { return cast<RankedTensorType>(value.getType()).getRank(); }

std::string textOf(AffineExpr e) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  e.print(stream);
  return text;
}

/// The joint extents of operands of one rank whose extents are equal or 1 in each dimension.
FailureOr<Extents> broadcastExtents(Loc loc, ValueRange operands, StringRef name) {
  Extents result = getExtents(operands[0].getType());
  for (Value operand : operands.drop_front()) {
    Extents other = getExtents(operand.getType());
    if (other.size() != result.size())
      return emitOptionalError(loc, name, ": operands of rank ", result.size(), " and ", other.size());
    for (auto [i, pair] : llvm::enumerate(llvm::zip(result, other))) {
      auto [a, b] = pair;
      if (isOne(a))
        result[i] = b;
      else if (!isOne(b) && !provablyEqual(a, b))
        return emitOptionalError(loc, name, ": extents ", textOf(a), " and ", textOf(b), " of dimension ", i,
                                 " are neither equal nor 1");
    }
  }
  return result;
}

LogicalResult checkDims(Loc loc, StringRef name, ArrayRef<int64_t> dims, int64_t rank) {
  llvm::SmallBitVector seen(std::max<int64_t>(rank, 1));
  for (int64_t dim : dims) {
    if (dim < 0 || dim >= rank)
      return emitOptionalError(loc, name, ": dimension ", dim, " of a tensor of rank ", rank);
    if (seen.test(dim))
      return emitOptionalError(loc, name, ": dimension ", dim, " is named twice");
    seen.set(dim);
  }
  return success();
}

/// A default-valued attribute, which the parser has not filled in yet when it infers the type.
int64_t valueOr(IntegerAttr attribute, int64_t otherwise) { return attribute ? attribute.getInt() : otherwise; }

template <typename... Lists> bool sameLength(size_t length, Lists... lists) {
  return ((lists.size() == length) && ...);
}
bool allModest(ArrayRef<int64_t> values) {
  return llvm::all_of(values, [](int64_t v) { return v > -(int64_t(1) << 31) && v < (int64_t(1) << 31); });
}
} // namespace

//===- Elementwise ------------------------------------------------------------------------------------------------===//

LogicalResult UnaryOp::inferReturnTypes(MLIRContext *context, Loc loc, Adaptor in, SmallVectorImpl<Type> &results) {
  Type element = elementOf(in.getInput());
  UnaryKind kind = in.getKind();
  if (kind == UnaryKind::Bits) {
    Type other = element.isF32()                 ? Type(IntegerType::get(context, 32))
                 : element.isF64()               ? Type(IntegerType::get(context, 64))
                 : element.isSignlessInteger(32) ? Type(Float32Type::get(context))
                 : element.isSignlessInteger(64) ? Type(Float64Type::get(context))
                                                 : Type();
    if (!other)
      return emitOptionalError(loc, "unary bits does not take this element type");
    results.push_back(withElement(in.getInput().getType(), other));
    return success();
  }
  bool arithmetic = kind == UnaryKind::Neg || kind == UnaryKind::Abs || kind == UnaryKind::Sign;
  if (kind == UnaryKind::Not ? !isa<IntegerType>(element) : !arithmetic && !isa<FloatType>(element))
    return emitOptionalError(loc, "unary ", stringifyUnaryKind(kind), " does not take this element type");
  if (arithmetic && element.isInteger(1))
    return emitOptionalError(loc, "unary ", stringifyUnaryKind(kind), " does not take bool");
  results.push_back(kind == UnaryKind::IsNaN ? withElement(in.getInput().getType(), IntegerType::get(context, 1))
                                             : cast<RankedTensorType>(in.getInput().getType()));
  return success();
}

LogicalResult BinaryOp::inferReturnTypes(MLIRContext *, Loc loc, Adaptor in, SmallVectorImpl<Type> &results) {
  auto extents = broadcastExtents(loc, {in.getLhs(), in.getRhs()}, "binary");
  if (failed(extents))
    return failure();
  results.push_back(makeTensorType(*extents, elementOf(in.getLhs())));
  return success();
}

LogicalResult BinaryOp::verify() {
  Type element = elementOf(getLhs());
  if (element != elementOf(getRhs()))
    return emitOpError("operands of different element types");
  BinaryKind kind = getKind();
  bool bitwise = kind == BinaryKind::And || kind == BinaryKind::Or || kind == BinaryKind::Xor;
  bool shift = kind == BinaryKind::ShiftLeft || kind == BinaryKind::ShiftRight;
  if ((bitwise || shift) && !isa<IntegerType>(element))
    return emitOpError("takes integers or bool");
  if (!bitwise && element.isInteger(1))
    return emitOpError("does not take bool");
  if (kind == BinaryKind::Atan2 && !isa<FloatType>(element))
    return emitOpError("takes floats");
  return success();
}

LogicalResult CompareOp::inferReturnTypes(MLIRContext *context, Loc loc, Adaptor in, SmallVectorImpl<Type> &results) {
  auto extents = broadcastExtents(loc, {in.getLhs(), in.getRhs()}, "compare");
  if (failed(extents))
    return failure();
  results.push_back(makeTensorType(*extents, IntegerType::get(context, 1)));
  return success();
}

LogicalResult CompareOp::verify() {
  return elementOf(getLhs()) == elementOf(getRhs()) ? success() : emitOpError("operands of different element types");
}

LogicalResult SelectOp::inferReturnTypes(MLIRContext *, Loc loc, Adaptor in, SmallVectorImpl<Type> &results) {
  auto extents = broadcastExtents(loc, {in.getCondition(), in.getOnTrue(), in.getOnFalse()}, "select");
  if (failed(extents))
    return failure();
  results.push_back(makeTensorType(*extents, elementOf(in.getOnTrue())));
  return success();
}

LogicalResult SelectOp::verify() {
  return elementOf(getOnTrue()) == elementOf(getOnFalse()) ? success()
                                                           : emitOpError("operands of different element types");
}

LogicalResult CastOp::verify() {
  return getExtents(getInput().getType()) == getExtents(getResult().getType()) ? success()
                                                                               : emitOpError("must keep the shape");
}

//===- Contractions and reductions (convolutions and windows: WindowAttributes.cpp) -------------------------------===//

LogicalResult ContractOp::inferReturnTypes(MLIRContext *context, Loc loc, Adaptor in, SmallVectorImpl<Type> &results) {
  Extents lhs = getExtents(in.getLhs().getType()), rhs = getExtents(in.getRhs().getType());
  SmallVector<int64_t> lhsUsed(in.getLhsBatch()), rhsUsed(in.getRhsBatch());
  llvm::append_range(lhsUsed, in.getLhsContract());
  llvm::append_range(rhsUsed, in.getRhsContract());
  if (in.getLhsBatch().size() != in.getRhsBatch().size() || in.getLhsContract().size() != in.getRhsContract().size())
    return emitOptionalError(loc, "contract: dimension lists of different lengths");
  if (failed(checkDims(loc, "contract", lhsUsed, lhs.size())) ||
      failed(checkDims(loc, "contract", rhsUsed, rhs.size())))
    return failure();
  for (auto [a, b] : llvm::zip(lhsUsed, rhsUsed))
    if (!provablyEqual(lhs[a], rhs[b]))
      return emitOptionalError(loc, "contract: extents ", textOf(lhs[a]), " and ", textOf(rhs[b]),
                               " of paired dimensions ", a, " and ", b, " differ");
  Type element = elementOf(in.getLhs()), other = elementOf(in.getRhs());
  if (!productElement(element, other))
    return emitOptionalError(loc, "contract: operands of different element types");
  if (element.isInteger(1))
    return emitOptionalError(loc, "contract does not take bool");
  Extents extents;
  for (int64_t dim : in.getLhsBatch())
    extents.push_back(lhs[dim]);
  for (auto [i, extent] : llvm::enumerate(lhs))
    if (!llvm::is_contained(lhsUsed, int64_t(i)))
      extents.push_back(extent);
  for (auto [i, extent] : llvm::enumerate(rhs))
    if (!llvm::is_contained(rhsUsed, int64_t(i)))
      extents.push_back(extent);
  results.push_back(makeTensorType(extents, *productElement(element, other)));
  return success();
}

static Extents without(ArrayRef<AffineExpr> extents, ArrayRef<int64_t> dims) {
  Extents kept;
  for (auto [i, extent] : llvm::enumerate(extents))
    if (!llvm::is_contained(dims, int64_t(i)))
      kept.push_back(extent);
  return kept;
}

LogicalResult ReduceOp::inferReturnTypes(MLIRContext *, Loc loc, Adaptor in, SmallVectorImpl<Type> &results) {
  if (failed(checkDims(loc, "reduce", in.getDims(), rankOf(in.getInput()))))
    return failure();
  bool logical = in.getKind() == ReduceKind::And || in.getKind() == ReduceKind::Or;
  if (elementOf(in.getInput()).isInteger(1) != logical)
    return emitOptionalError(loc, "reduce: `and` and `or` take bool, the others numbers");
  results.push_back(
      makeTensorType(without(getExtents(in.getInput().getType()), in.getDims()), elementOf(in.getInput())));
  return success();
}

LogicalResult ArgReduceOp::inferReturnTypes(MLIRContext *context, Loc loc, Adaptor in, SmallVectorImpl<Type> &results) {
  int64_t dim = in.getDim();
  if (failed(checkDims(loc, "arg_reduce", dim, rankOf(in.getInput()))))
    return failure();
  results.push_back(makeTensorType(without(getExtents(in.getInput().getType()), dim), IntegerType::get(context, 64)));
  return success();
}

LogicalResult ArgReduceOp::verify() {
  return getKind() == ReduceKind::Max || getKind() == ReduceKind::Min ? success() : emitOpError("is `max` or `min`");
}

LogicalResult ScanOp::inferReturnTypes(MLIRContext *, Loc loc, Adaptor in, SmallVectorImpl<Type> &results) {
  if (failed(checkDims(loc, "scan", int64_t(in.getDim()), rankOf(in.getInput()))))
    return failure();
  results.push_back(cast<RankedTensorType>(in.getInput().getType()));
  return success();
}

//===- Movement ---------------------------------------------------------------------------------------------------===//

LogicalResult ReshapeOp::verify() {
  if (elementOf(getInput()) != elementOf(getResult()))
    return emitOpError("must keep the element type");
  Extents own = getExtents(getInput().getType()), wanted = getExtents(getResult().getType());
  AffineExpr from = productOf(own, getContext()), to = productOf(wanted, getContext());
  if (from == to)
    return success();
  const Dims dims = namedDimsAround(*this);
  if (areProvablyEqual(own, wanted, dims) || provablyEqual(from, to, dims))
    return success();
  return emitOpError("of ") << textOf(from) << " elements to " << textOf(to);
}

LogicalResult TransposeOp::inferReturnTypes(MLIRContext *, Loc loc, Adaptor in, SmallVectorImpl<Type> &results) {
  Extents extents = getExtents(in.getInput().getType()), result;
  ArrayRef<int64_t> permutation = in.getPermutation();
  if (permutation.size() != extents.size())
    return emitOptionalError(loc, "transpose: a permutation of ", permutation.size(), " for rank ", extents.size());
  if (failed(checkDims(loc, "transpose", permutation, extents.size())))
    return failure();
  for (int64_t dim : permutation)
    result.push_back(extents[dim]);
  results.push_back(makeTensorType(result, elementOf(in.getInput())));
  return success();
}

LogicalResult BroadcastOp::verify() {
  Extents from = getExtents(getInput().getType()), to = getExtents(getResult().getType());
  if (from.size() != to.size() || elementOf(getInput()) != elementOf(getResult()))
    return emitOpError("must keep rank and element type");
  for (auto [a, b] : llvm::zip(from, to))
    if (!isOne(a) && a != b)
      return emitOpError("of extent ") << textOf(a) << " to " << textOf(b);
  return success();
}

LogicalResult ConcatOp::inferReturnTypes(MLIRContext *, Loc loc, Adaptor in, SmallVectorImpl<Type> &results) {
  if (in.getInputs().empty())
    return emitOptionalError(loc, "concat of nothing");
  Extents extents = getExtents(in.getInputs()[0].getType());
  int64_t dim = in.getDim();
  if (failed(checkDims(loc, "concat", dim, extents.size())))
    return failure();
  for (Value input : in.getInputs().drop_front()) {
    Extents other = getExtents(input.getType());
    if (other.size() != extents.size() || elementOf(input) != elementOf(in.getInputs()[0]))
      return emitOptionalError(loc, "concat: inputs of different ranks or element types");
    for (auto [i, pair] : llvm::enumerate(llvm::zip(extents, other))) {
      auto [a, b] = pair;
      if (int64_t(i) == dim)
        extents[i] = a + b;
      else if (!provablyEqual(a, b))
        return emitOptionalError(loc, "concat: extents ", textOf(a), " and ", textOf(b), " of dimension ", i,
                                 " differ");
    }
  }
  results.push_back(makeTensorType(extents, elementOf(in.getInputs()[0])));
  return success();
}

LogicalResult PadOp::inferReturnTypes(MLIRContext *, Loc loc, Adaptor in, SmallVectorImpl<Type> &results) {
  Extents extents = getExtents(in.getInput().getType());
  if (!sameLength(extents.size(), in.getLow(), in.getHigh(), in.getInterior()))
    return emitOptionalError(loc, "pad: needs one entry per dimension (", extents.size(), ") in each array");
  if (rankOf(in.getValue()) != 0 || elementOf(in.getValue()) != elementOf(in.getInput()))
    return emitOptionalError(loc, "pad: the value must be a scalar of the input's element type");
  if (!allModest(in.getLow()) || !allModest(in.getHigh()) || !allModest(in.getInterior()))
    return emitOptionalError(loc, "pad: amounts must fit 32 bits");
  for (auto [i, result] : llvm::enumerate(extents)) {
    const AffineExpr extent = result;
    int64_t interior = in.getInterior()[i];
    if (interior < 0)
      return emitOptionalError(loc, "pad: interior amounts must not be negative");
    result = extent * (interior + 1) + (in.getLow()[i] + in.getHigh()[i] - interior);
    if (auto constant = constantOf(extent); constant && *constant == 0)
      result = getAffineConstantExpr(in.getLow()[i] + in.getHigh()[i], extent.getContext());
    if (auto constant = constantOf(result); constant && *constant < 0)
      return emitOptionalError(loc, "pad: dimension ", i, " would have a negative extent");
  }
  results.push_back(makeTensorType(extents, elementOf(in.getInput())));
  return success();
}

LogicalResult GatherOp::inferReturnTypes(MLIRContext *, Loc loc, Adaptor in, SmallVectorImpl<Type> &results) {
  Extents data = getExtents(in.getData().getType()), indices = getExtents(in.getIndices().getType());
  int64_t dim = in.getDim(), batch = valueOr(in.getProperties().batchDims, 0);
  if (failed(checkDims(loc, "gather", dim, data.size())))
    return failure();
  if (batch < 0 || batch > dim || batch > int64_t(indices.size()))
    return emitOptionalError(loc, "gather: ", batch, " batch dimensions");
  for (int64_t i = 0; i < batch; ++i)
    if (!provablyEqual(data[i], indices[i]))
      return emitOptionalError(loc, "gather: batch extents ", textOf(data[i]), " and ", textOf(indices[i]), " differ");
  Extents extents(data.begin(), data.begin() + dim);
  extents.append(indices.begin() + batch, indices.end());
  extents.append(data.begin() + dim + 1, data.end());
  results.push_back(makeTensorType(extents, elementOf(in.getData())));
  return success();
}

LogicalResult ScatterOp::inferReturnTypes(MLIRContext *, Loc loc, Adaptor in, SmallVectorImpl<Type> &results) {
  Extents data = getExtents(in.getData().getType()), indices = getExtents(in.getIndices().getType());
  Extents updates = getExtents(in.getUpdates().getType());
  if (data.empty() || indices.size() != 1 || updates.size() != data.size() || !provablyEqual(updates[0], indices[0]))
    return emitOptionalError(loc, "scatter: data [D, rest...], indices [I], updates [I, rest...]");
  for (size_t i = 1; i < data.size(); ++i)
    if (!provablyEqual(data[i], updates[i]))
      return emitOptionalError(loc, "scatter: extents of data and updates differ in dimension ", i);
  if (elementOf(in.getData()) != elementOf(in.getUpdates()))
    return emitOptionalError(loc, "scatter: data and updates of different element types");
  results.push_back(cast<RankedTensorType>(in.getData().getType()));
  return success();
}

LogicalResult ReverseOp::inferReturnTypes(MLIRContext *, Loc loc, Adaptor in, SmallVectorImpl<Type> &results) {
  if (failed(checkDims(loc, "reverse", in.getDims(), rankOf(in.getInput()))))
    return failure();
  results.push_back(cast<RankedTensorType>(in.getInput().getType()));
  return success();
}

LogicalResult TopKOp::inferReturnTypes(MLIRContext *context, Loc loc, Adaptor in, SmallVectorImpl<Type> &results) {
  Extents extents = getExtents(in.getInput().getType());
  if (extents.empty() || in.getK().getNumDims() != 0 || in.getK().getNumResults() != 1)
    return emitOptionalError(loc, "top_k: needs a dimension and one k");
  AffineExpr k = normalise(in.getK().getResult(0));
  auto known = constantOf(k), extent = constantOf(extents.back());
  if (known && *known < 0)
    return emitOptionalError(loc, "top_k: needs k >= 0");
  if (known && extent && *known > *extent)
    return emitOptionalError(loc, "top_k: k = ", *known, " of ", *extent, " elements");
  extents.back() = k;
  results.push_back(makeTensorType(extents, elementOf(in.getInput())));
  results.push_back(makeTensorType(extents, IntegerType::get(context, 64)));
  return success();
}

void TopKOp::build(OpBuilder &builder, OperationState &state, Value input, AffineExpr k, bool smallest) {
  build(builder, state, input, expressionsAttribute(k, builder.getContext()),
        smallest ? builder.getUnitAttr() : UnitAttr());
}

void TopKOp::build(OpBuilder &builder, OperationState &state, Value input, int64_t k, bool smallest) {
  build(builder, state, input, builder.getAffineConstantExpr(k), smallest);
}

//===- Control, constants, compute --------------------------------------------------------------------------------===//

/// Whether what a region gives fits the type it becomes: the same, or up to extents that a graph.measure tells once
/// more.
static bool becomes(Type from, Type to, const Dims &dims) {
  auto a = cast<RankedTensorType>(from), b = cast<RankedTensorType>(to);
  if (a == b || a.getElementType() != b.getElementType() || a.getRank() != b.getRank())
    return a == b;
  for (auto [own, wanted] : llvm::zip(getExtents(a), getExtents(b))) {
    auto symbol = dyn_cast<AffineSymbolExpr>(wanted);
    if (own != wanted && !(symbol && symbol.getPosition() < dims.size() && dims[symbol.getPosition()].measured))
      return false;
  }
  return true;
}

static bool become(TypeRange from, TypeRange to, Operation *op) {
  if (from.size() != to.size())
    return false;
  if (llvm::equal(from, to))
    return true;
  const Dims dims = namedDimsAround(op);
  return llvm::all_of(llvm::zip(from, to),
                      [&](auto pair) { return becomes(std::get<0>(pair), std::get<1>(pair), dims); });
}

static LogicalResult checkYield(Operation *op, Region &region, TypeRange types, StringRef which) {
  auto yield = dyn_cast<YieldOp>(region.front().getTerminator());
  if (!yield || !become(yield.getValues().getTypes(), types, op))
    return op->emitOpError("the ") << which << " must yield values of the result types";
  return success();
}

LogicalResult IfOp::verify() {
  if (rankOf(getCondition()) != 0)
    return emitOpError("the condition must have rank 0");
  if (failed(checkYield(*this, getThenRegion(), getOutputs().getTypes(), "first region")))
    return failure();
  return checkYield(*this, getElseRegion(), getOutputs().getTypes(), "second region");
}

LogicalResult LoopOp::verify() {
  if (rankOf(getTripCount()) != 0 || rankOf(getCondition()) != 0)
    return emitOpError("trip count and condition must have rank 0");
  SmallVector<Type> yields{getCondition().getType()};
  llvm::append_range(yields, getOutputs().getTypes());
  auto arguments = getBody().front().getArgumentTypes();
  if (arguments.empty() || arguments.front() != getTripCount().getType() ||
      !become(getCarried().getTypes(), TypeRange(arguments).drop_front(), *this) ||
      !become(getCarried().getTypes(), getOutputs().getTypes(), *this))
    return emitOpError("body arguments are the iteration and the carried values; results are the carried values");
  return checkYield(*this, getBody(), yields, "body");
}

LogicalResult ConstantOp::verify() {
  auto type = cast<ShapedType>(getValue().getType()), result = cast<ShapedType>(getResult().getType());
  if (type != result || !result.hasStaticShape())
    return emitOpError("the value's type must be the result's, and static");
  // A text may leave large elements out.
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(getValue())) {
    const AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    const size_t bytes = result.getNumElements() * byteWidth(result.getElementType());
    if (!blob || blob->getData().size() != bytes)
      return emitOpError("the blob of a constant must hold ") << bytes << " bytes";
  }
  return success();
}

LogicalResult ComputeOp::verify() {
  auto extents = getExtents(getResult().getType());
  ArrayRef<AffineExpr> domain = getDomainMap().getResults();
  if (domain.size() < getReductions() || domain.size() - getReductions() != extents.size() ||
      !std::equal(extents.begin(), extents.end(), domain.begin(),
                  [](AffineExpr a, AffineExpr b) { return provablyEqual(a, b); }))
    return emitOpError("the parallel dimensions must be the result's");
  if (getMaps().size() != getInputs().size())
    return emitOpError("needs one indexing map per input");
  for (auto [map, input] : llvm::zip(getMaps().getAsValueRange<AffineMapAttr>(), getInputs()))
    if (map.getNumDims() != domain.size() || int64_t(map.getNumResults()) != rankOf(input))
      return emitOpError("an indexing map does not fit its input");
  if (getBody().front().getNumArguments() != getInputs().size() + (getReductions() ? 1 : 0))
    return emitOpError("the body takes one scalar per input and the running value");
  if ((getReductions() != 0) != getInitial().has_value())
    return emitOpError("reductions need an initial value, and only they");
  return success();
}
