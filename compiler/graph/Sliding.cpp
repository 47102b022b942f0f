//===- Sliding.cpp - types, builders and textual form of graph.convolve and graph.window --------------------------===//
#include "compiler/graph/Sliding.h"
#include "compiler/graph/Structured.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace wasmind::graph;

namespace {
using Extents = SmallVector<AffineExpr>;
using Loc = std::optional<Location>;

Type elementOf(Value value) { return cast<RankedTensorType>(value.getType()).getElementType(); }
std::string textOf(AffineExpr e) { return toString(e, {}); }

bool isAmount(AffineMap amounts, size_t count) { return amounts.getNumDims() == 0 && amounts.getNumResults() == count; }

/// Whether what is constant is positive and fits 32 bits.
bool allPositive(ArrayRef<AffineExpr> amounts) {
  return llvm::all_of(amounts, [](AffineExpr amount) {
    auto value = constantOf(amount);
    return !value || (*value > 0 && *value < (int64_t(1) << 31));
  });
}
bool allModest(ArrayRef<AffineExpr> amounts) {
  return llvm::all_of(amounts, [](AffineExpr amount) {
    auto value = constantOf(amount);
    return !value || (*value > -(int64_t(1) << 31) && *value < (int64_t(1) << 31));
  });
}

/// The window attributes (strides, pads, dilations) of an operation along its spatial dimensions.
struct Sliding {
  StringRef name;
  AffineMap strides, padLow, dilations;
  std::optional<AffineMap> padHigh, extents;

  LogicalResult check(Loc loc, size_t count) const {
    if (!isAmount(strides, count) || !isAmount(padLow, count) || !isAmount(dilations, count) ||
        (padHigh && !isAmount(*padHigh, count)) || (extents && !isAmount(*extents, count)))
      return emitOptionalError(loc, name, ": strides, pads and dilations need ", count, " entries");
    if (padHigh.has_value() == extents.has_value())
      return emitOptionalError(loc, name, ": either pads at the end or the result's extents must be given");
    if (!allPositive(strides.getResults()) || !allPositive(dilations.getResults()) || !allModest(padLow.getResults()) ||
        (padHigh && !allModest(padHigh->getResults())))
      return emitOptionalError(loc, name, ": strides and dilations must be positive, pads within 32 bits");
    for (AffineExpr extent : extents ? extents->getResults() : ArrayRef<AffineExpr>())
      if (auto constant = constantOf(extent); constant && *constant < 0)
        return emitOptionalError(loc, name, ": the result would have a negative extent");
    return success();
  }

  /// Extent of the result along one dimension.
  FailureOr<AffineExpr> extentOf(Loc loc, unsigned i, AffineExpr in, AffineExpr size) const {
    if (extents)
      return extents->getResult(i);
    AffineExpr room =
        normalise(in + padLow.getResult(i) + padHigh->getResult(i) - dilations.getResult(i) * (size - 1) - 1);
    auto stride = constantOf(strides.getResult(i));
    if (!stride)
      return emitOptionalError(loc, name, ": strides that are not constant need the result's extents");
    if (auto constant = constantOf(room))
      return getAffineConstantExpr(*constant < 0 ? 0 : *constant / *stride + 1, in.getContext());
    return room.floorDiv(*stride) + 1;
  }

  AffineExpr highPad(unsigned i, AffineExpr in, AffineExpr size) const {
    if (padHigh)
      return padHigh->getResult(i);
    return normalise((extents->getResult(i) - 1) * strides.getResult(i) + dilations.getResult(i) * (size - 1) + 1 - in -
                     padLow.getResult(i));
  }
};

template <typename Op> Sliding slidingOf(Op op, StringRef name) {
  return {name, op.getStrides(), op.getPadLow(), op.getDilations(), op.getPadHigh(), op.getResultExtents()};
}
} // namespace

//===- Amounts ----------------------------------------------------------------------------------------------------===//

AffineMapAttr wasmind::graph::amountsOf(ArrayRef<AffineExpr> amounts, MLIRContext *context) {
  Extents normal = llvm::map_to_vector(amounts, normalise);
  return AffineMapAttr::get(AffineMap::get(0, symbolCountOf(normal), normal, context));
}

AffineMapAttr wasmind::graph::amountsOf(ArrayRef<int64_t> amounts, MLIRContext *context) {
  return amountsOf(llvm::map_to_vector(amounts, [&](int64_t v) { return getAffineConstantExpr(v, context); }), context);
}

bool wasmind::graph::areAll(AffineMap amounts, int64_t value) {
  return llvm::all_of(amounts.getResults(), [&](AffineExpr amount) { return constantOf(amount) == value; });
}

//===- Textual form -----------------------------------------------------------------------------------------------===//

ParseResult wasmind::graph::parseAmounts(OpAsmParser &parser, AffineMapAttr &amounts) {
  if (failed(parser.parseOptionalLSquare()))
    return parser.parseAttribute(amounts);
  SmallVector<int64_t> values;
  auto parseValue = [&] { return parser.parseInteger(values.emplace_back()); };
  if (failed(parser.parseOptionalRSquare()) && (parser.parseCommaSeparatedList(parseValue) || parser.parseRSquare()))
    return failure();
  amounts = amountsOf(values, parser.getContext());
  return success();
}

void wasmind::graph::printAmounts(OpAsmPrinter &printer, Operation *, AffineMapAttr amounts) {
  if (!llvm::all_of(amounts.getValue().getResults(), [](AffineExpr e) { return constantOf(e).has_value(); }))
    return printer.printAttribute(amounts);
  printer << '[';
  llvm::interleaveComma(amounts.getValue().getResults(), printer,
                        [&](AffineExpr amount) { printer << *constantOf(amount); });
  printer << ']';
}

ParseResult wasmind::graph::parsePads(OpAsmParser &parser, AffineMapAttr &low, AffineMapAttr &high,
                                      AffineMapAttr &extents) {
  if (parseAmounts(parser, low))
    return failure();
  return parseAmounts(parser, succeeded(parser.parseOptionalKeyword("extents")) ? extents : high);
}

void wasmind::graph::printPads(OpAsmPrinter &printer, Operation *op, AffineMapAttr low, AffineMapAttr high,
                               AffineMapAttr extents) {
  printAmounts(printer, op, low);
  if (high) {
    printer << ' ';
    printAmounts(printer, op, high);
  }
  if (extents) {
    printer << " extents ";
    printAmounts(printer, op, extents);
  }
}

ParseResult wasmind::graph::parseAmount(OpAsmParser &parser, AffineMapAttr &amount) {
  int64_t value;
  OptionalParseResult number = parser.parseOptionalInteger(value);
  if (!number.has_value())
    return parser.parseAttribute(amount);
  amount = amountsOf(value, parser.getContext());
  return *number;
}

void wasmind::graph::printAmount(OpAsmPrinter &printer, Operation *, AffineMapAttr amount) {
  if (auto constant = constantOf(amount.getValue().getResult(0)))
    printer << *constant;
  else
    printer.printAttribute(amount);
}

ParseResult wasmind::graph::parseGroups(OpAsmParser &parser, AffineMapAttr &groups) {
  if (failed(parser.parseOptionalKeyword("groups")))
    return success();
  int64_t count;
  OptionalParseResult constant = parser.parseOptionalInteger(count);
  if (!constant.has_value())
    return parser.parseAttribute(groups);
  if (failed(*constant))
    return failure();
  groups = amountsOf(count, parser.getContext());
  return success();
}

void wasmind::graph::printGroups(OpAsmPrinter &printer, Operation *, AffineMapAttr groups) {
  if (!groups)
    return;
  printer << "groups ";
  if (auto count = constantOf(groups.getValue().getResult(0)))
    printer << *count;
  else
    printer.printAttribute(groups);
}

//===- Convolve ---------------------------------------------------------------------------------------------------===//

static AffineExpr groupCountOf(std::optional<AffineMap> groups, MLIRContext *context) {
  return groups ? groups->getResult(0) : getAffineConstantExpr(1, context);
}

AffineExpr ConvolveOp::getGroupCount() { return groupCountOf(getGroups(), getContext()); }

SmallVector<AffineExpr> ConvolveOp::getHighPads() {
  Extents input = getExtents(getInput().getType()), weights = getExtents(getWeights().getType()), pads;
  for (unsigned i = 0; i + 2 < input.size(); ++i)
    pads.push_back(slidingOf(*this, "").highPad(i, input[i + 1], weights[i]));
  return pads;
}

void ConvolveOp::build(OpBuilder &builder, OperationState &state, TypeRange results, Value input, Value weights,
                       ArrayRef<int64_t> strides, ArrayRef<int64_t> padLow, ArrayRef<int64_t> padHigh,
                       ArrayRef<int64_t> dilations, int64_t groups, bool transposed) {
  MLIRContext *c = builder.getContext();
  build(builder, state, results, input, weights, amountsOf(strides, c), amountsOf(padLow, c), amountsOf(padHigh, c),
        amountsOf(dilations, c), AffineMapAttr(), groups == 1 ? AffineMapAttr() : amountsOf(groups, c),
        transposed ? builder.getUnitAttr() : UnitAttr());
}

void ConvolveOp::build(OpBuilder &builder, OperationState &state, Value input, Value weights, ArrayRef<int64_t> strides,
                       ArrayRef<int64_t> padLow, ArrayRef<int64_t> padHigh, ArrayRef<int64_t> dilations, int64_t groups,
                       bool transposed) {
  MLIRContext *c = builder.getContext();
  build(builder, state, input, weights, amountsOf(strides, c), amountsOf(padLow, c), amountsOf(padHigh, c),
        amountsOf(dilations, c), AffineMapAttr(), groups == 1 ? AffineMapAttr() : amountsOf(groups, c),
        transposed ? builder.getUnitAttr() : UnitAttr());
}

/// Along one dimension of a transposed convolution.
static FailureOr<AffineExpr> transposedExtent(Loc loc, const Sliding &sliding, unsigned i, AffineExpr in,
                                              AffineExpr size) {
  auto stride = constantOf(sliding.strides.getResult(i)), low = constantOf(sliding.padLow.getResult(i)),
       high = sliding.padHigh ? constantOf(sliding.padHigh->getResult(i)) : std::nullopt,
       dilation = constantOf(sliding.dilations.getResult(i)), window = constantOf(size);
  if (!stride || !low || !high || !dilation || !window)
    return emitOptionalError(loc, "convolve: a transposed convolution needs constant strides, pads, dilations and "
                                  "kernel extents");
  AffineExpr out = (in - 1) * *stride + (*dilation * (*window - 1) + 1 - *low - *high);
  if (auto constant = constantOf(out); constant && *constant < 0)
    return emitOptionalError(loc, "convolve: the result would have a negative extent");
  return out;
}

LogicalResult ConvolveOp::inferReturnTypes(MLIRContext *context, Loc loc, Adaptor in, SmallVectorImpl<Type> &results) {
  Extents input = getExtents(in.getInput().getType()), weights = getExtents(in.getWeights().getType());
  if (input.size() < 3 || input.size() > 5 || weights.size() != input.size())
    return emitOptionalError(loc, "convolve: input of rank ", input.size(), " and weights of rank ", weights.size(),
                             "; both must have the same rank of 3 to 5");
  size_t spatial = input.size() - 2;
  Sliding sliding = slidingOf(in, "convolve");
  if (failed(sliding.check(loc, spatial)))
    return failure();
  if (in.getGroups() && !isAmount(*in.getGroups(), 1))
    return emitOptionalError(loc, "convolve: groups are one number");
  AffineExpr groups = groupCountOf(in.getGroups(), context);
  AffineExpr channels = input.back(), perGroup = weights[spatial], outputs = weights.back();
  auto count = constantOf(groups), outputCount = constantOf(outputs);
  if ((count && *count < 1) || !provablyEqual(channels, perGroup * groups))
    return emitOptionalError(loc, "convolve: ", textOf(channels), " input channels, but weights for ", textOf(perGroup),
                             " x ", textOf(groups), " groups");
  bool isDepthwise = isOne(perGroup) && provablyEqual(outputs, groups);
  if (count != 1 && !isDepthwise && !(count && outputCount && *outputCount % *count == 0))
    return emitOptionalError(loc, "convolve: ", textOf(outputs), " outputs do not divide into ", textOf(groups),
                             " groups");
  Type element = elementOf(in.getInput()), other = elementOf(in.getWeights());
  if (!productElement(element, other))
    return emitOptionalError(loc, "convolve: operands of different element types");
  if (!allPositive(ArrayRef(weights).take_front(spatial)))
    return emitOptionalError(loc, "convolve: the kernel's extents must be positive");
  Extents extents{input[0]};
  for (size_t i = 0; i < spatial; ++i) {
    auto extent = in.getTransposed() ? transposedExtent(loc, sliding, i, input[i + 1], weights[i])
                                     : sliding.extentOf(loc, i, input[i + 1], weights[i]);
    if (failed(extent))
      return failure();
    extents.push_back(*extent);
  }
  extents.push_back(outputs);
  results.push_back(makeTensorType(extents, *productElement(element, other)));
  return success();
}

//===- Window -----------------------------------------------------------------------------------------------------===//

SmallVector<AffineExpr> WindowOp::getHighPads() {
  Extents pads;
  for (auto [i, extent] : llvm::enumerate(getExtents(getInput().getType())))
    pads.push_back(slidingOf(*this, "").highPad(i, extent, getSizes().getResult(i)));
  return pads;
}

void WindowOp::build(OpBuilder &builder, OperationState &state, TypeRange results, ReduceKind kind, Value input,
                     ArrayRef<int64_t> sizes, ArrayRef<int64_t> strides, ArrayRef<int64_t> padLow,
                     ArrayRef<int64_t> padHigh, ArrayRef<int64_t> dilations) {
  MLIRContext *c = builder.getContext();
  build(builder, state, results, ReduceKindAttr::get(c, kind), input, amountsOf(sizes, c), amountsOf(strides, c),
        amountsOf(padLow, c), amountsOf(padHigh, c), amountsOf(dilations, c), AffineMapAttr());
}

void WindowOp::build(OpBuilder &builder, OperationState &state, ReduceKind kind, Value input, ArrayRef<int64_t> sizes,
                     ArrayRef<int64_t> strides, ArrayRef<int64_t> padLow, ArrayRef<int64_t> padHigh,
                     ArrayRef<int64_t> dilations) {
  MLIRContext *c = builder.getContext();
  build(builder, state, ReduceKindAttr::get(c, kind), input, amountsOf(sizes, c), amountsOf(strides, c),
        amountsOf(padLow, c), amountsOf(padHigh, c), amountsOf(dilations, c), AffineMapAttr());
}

LogicalResult WindowOp::inferReturnTypes(MLIRContext *, Loc loc, Adaptor in, SmallVectorImpl<Type> &results) {
  Extents input = getExtents(in.getInput().getType()), extents;
  Sliding sliding = slidingOf(in, "window");
  if (failed(sliding.check(loc, input.size())))
    return failure();
  if (!isAmount(in.getSizes(), input.size()) || !allPositive(in.getSizes().getResults()))
    return emitOptionalError(loc, "window: needs a positive size for each of ", input.size(), " dimensions");
  for (auto [i, extent] : llvm::enumerate(input)) {
    auto slid = sliding.extentOf(loc, i, extent, in.getSizes().getResult(i));
    if (failed(slid))
      return failure();
    extents.push_back(*slid);
  }
  results.push_back(makeTensorType(extents, elementOf(in.getInput())));
  return success();
}
