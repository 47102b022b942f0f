//===- WindowAttributes.cpp - types, builders and textual form of graph.convolve and graph.window -----------------===//
#include "compiler/graph/WindowAttributes.h"
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

bool isExpressionList(AffineMap expressions, size_t count) {
  return expressions.getNumDims() == 0 && expressions.getNumResults() == count;
}

/// Whether what is constant is positive and fits 32 bits.
bool allPositive(ArrayRef<AffineExpr> expressions) {
  return llvm::all_of(expressions, [](AffineExpr expression) {
    auto value = constantOf(expression);
    return !value || (*value > 0 && *value < (int64_t(1) << 31));
  });
}
bool allModest(ArrayRef<AffineExpr> expressions) {
  return llvm::all_of(expressions, [](AffineExpr expression) {
    auto value = constantOf(expression);
    return !value || (*value > -(int64_t(1) << 31) && *value < (int64_t(1) << 31));
  });
}

/// The window attributes (strides, pads, dilations) of an operation along its spatial dimensions.
struct Sliding {
  StringRef name;
  AffineMap strides, padLow, dilations;
  std::optional<AffineMap> padHigh, extents;

  LogicalResult check(Loc loc, size_t count) const {
    if (!isExpressionList(strides, count) || !isExpressionList(padLow, count) || !isExpressionList(dilations, count) ||
        (padHigh && !isExpressionList(*padHigh, count)) || (extents && !isExpressionList(*extents, count)))
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

//===- Lists of expressions ---------------------------------------------------------------------------------------===//

AffineMapAttr wasmind::graph::expressionsAttribute(ArrayRef<AffineExpr> expressions, MLIRContext *context) {
  Extents normal = llvm::map_to_vector(expressions, normalise);
  return AffineMapAttr::get(AffineMap::get(0, symbolCountOf(normal), normal, context));
}

AffineMapAttr wasmind::graph::expressionsAttribute(ArrayRef<int64_t> expressions, MLIRContext *context) {
  return expressionsAttribute(
      llvm::map_to_vector(expressions, [&](int64_t v) { return getAffineConstantExpr(v, context); }), context);
}

bool wasmind::graph::areAll(AffineMap expressions, int64_t value) {
  return llvm::all_of(expressions.getResults(), [&](AffineExpr expression) { return constantOf(expression) == value; });
}

//===- Textual form -----------------------------------------------------------------------------------------------===//

ParseResult wasmind::graph::parseExpressions(OpAsmParser &parser, AffineMapAttr &expressions) {
  if (failed(parser.parseOptionalLSquare()))
    return parser.parseAttribute(expressions);
  SmallVector<int64_t> values;
  auto parseValue = [&] { return parser.parseInteger(values.emplace_back()); };
  if (failed(parser.parseOptionalRSquare()) && (parser.parseCommaSeparatedList(parseValue) || parser.parseRSquare()))
    return failure();
  expressions = expressionsAttribute(values, parser.getContext());
  return success();
}

void wasmind::graph::printExpressions(OpAsmPrinter &printer, Operation *, AffineMapAttr expressions) {
  if (!llvm::all_of(expressions.getValue().getResults(), [](AffineExpr e) { return constantOf(e).has_value(); }))
    return printer.printAttribute(expressions);
  printer << '[';
  llvm::interleaveComma(expressions.getValue().getResults(), printer,
                        [&](AffineExpr expression) { printer << *constantOf(expression); });
  printer << ']';
}

ParseResult wasmind::graph::parsePads(OpAsmParser &parser, AffineMapAttr &low, AffineMapAttr &high,
                                      AffineMapAttr &extents) {
  if (parseExpressions(parser, low))
    return failure();
  return parseExpressions(parser, succeeded(parser.parseOptionalKeyword("extents")) ? extents : high);
}

void wasmind::graph::printPads(OpAsmPrinter &printer, Operation *op, AffineMapAttr low, AffineMapAttr high,
                               AffineMapAttr extents) {
  printExpressions(printer, op, low);
  if (high) {
    printer << ' ';
    printExpressions(printer, op, high);
  }
  if (extents) {
    printer << " extents ";
    printExpressions(printer, op, extents);
  }
}

ParseResult wasmind::graph::parseExpression(OpAsmParser &parser, AffineMapAttr &expression) {
  int64_t value;
  OptionalParseResult number = parser.parseOptionalInteger(value);
  if (!number.has_value())
    return parser.parseAttribute(expression);
  expression = expressionsAttribute(value, parser.getContext());
  return *number;
}

void wasmind::graph::printExpression(OpAsmPrinter &printer, Operation *, AffineMapAttr expression) {
  if (auto constant = constantOf(expression.getValue().getResult(0)))
    printer << *constant;
  else
    printer.printAttribute(expression);
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
  groups = expressionsAttribute(count, parser.getContext());
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
  build(builder, state, results, input, weights, expressionsAttribute(strides, c), expressionsAttribute(padLow, c),
        expressionsAttribute(padHigh, c), expressionsAttribute(dilations, c), AffineMapAttr(),
        groups == 1 ? AffineMapAttr() : expressionsAttribute(groups, c),
        transposed ? builder.getUnitAttr() : UnitAttr());
}

void ConvolveOp::build(OpBuilder &builder, OperationState &state, Value input, Value weights, ArrayRef<int64_t> strides,
                       ArrayRef<int64_t> padLow, ArrayRef<int64_t> padHigh, ArrayRef<int64_t> dilations, int64_t groups,
                       bool transposed) {
  MLIRContext *c = builder.getContext();
  build(builder, state, input, weights, expressionsAttribute(strides, c), expressionsAttribute(padLow, c),
        expressionsAttribute(padHigh, c), expressionsAttribute(dilations, c), AffineMapAttr(),
        groups == 1 ? AffineMapAttr() : expressionsAttribute(groups, c),
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
  if (in.getGroups() && !isExpressionList(*in.getGroups(), 1))
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
  build(builder, state, results, ReduceKindAttr::get(c, kind), input, expressionsAttribute(sizes, c),
        expressionsAttribute(strides, c), expressionsAttribute(padLow, c), expressionsAttribute(padHigh, c),
        expressionsAttribute(dilations, c), AffineMapAttr());
}

void WindowOp::build(OpBuilder &builder, OperationState &state, ReduceKind kind, Value input, ArrayRef<int64_t> sizes,
                     ArrayRef<int64_t> strides, ArrayRef<int64_t> padLow, ArrayRef<int64_t> padHigh,
                     ArrayRef<int64_t> dilations) {
  MLIRContext *c = builder.getContext();
  build(builder, state, ReduceKindAttr::get(c, kind), input, expressionsAttribute(sizes, c),
        expressionsAttribute(strides, c), expressionsAttribute(padLow, c), expressionsAttribute(padHigh, c),
        expressionsAttribute(dilations, c), AffineMapAttr());
}

LogicalResult WindowOp::inferReturnTypes(MLIRContext *, Loc loc, Adaptor in, SmallVectorImpl<Type> &results) {
  Extents input = getExtents(in.getInput().getType()), extents;
  Sliding sliding = slidingOf(in, "window");
  if (failed(sliding.check(loc, input.size())))
    return failure();
  if (!isExpressionList(in.getSizes(), input.size()) || !allPositive(in.getSizes().getResults()))
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
