#include "compiler/frontend/onnx/Elementwise.h"
#include "compiler/frontend/onnx/ControlFlow.h"

namespace wasmind::onnx {

bool isFloat(Node &node, Value x) { return mlir::isa<mlir::FloatType>(node.compose().elementOf(x)); }
bool isBool(Node &node, Value x) { return node.compose().elementOf(x).isInteger(1); }

Results unaryOperator(Node &node, UnaryKind kind) { return node.compose().unary(kind, node.input(0)); }

std::optional<std::pair<Value, Value>> broadcastOperands(Node &node) {
  Value a = node.input(0), b = node.input(1);
  if (node.opset() < 7 && node.flag("broadcast") && node.has("axis")) {
    const int64_t rank = node.rank(a), inner = node.rank(b);
    auto axis = node.axisAttribute("axis", 0, rank);
    if (!axis)
      return std::nullopt;
    if (*axis + inner > rank)
      return node.fail("attribute 'axis' = " + llvm::Twine(*axis) + " leaves no room for the " + llvm::Twine(inner) +
                       " dimensions of the second input");
    Extents extents = node.compose().extentsOf(b);
    extents.append(rank - *axis - inner, mlir::getAffineConstantExpr(1, node.compose().getContext()));
    b = node.compose().reshape(b, extents);
  }
  return std::pair(a, b);
}

Results binaryOperator(Node &node, BinaryKind kind) {
  auto operands = broadcastOperands(node);
  if (!operands)
    return Failure();
  return node.compose().binary(kind, operands->first, operands->second);
}

Results compareOperator(Node &node, CompareKind kind) {
  auto operands = broadcastOperands(node);
  if (!operands)
    return Failure();
  return node.compose().compare(kind, operands->first, operands->second);
}

Results variadicOperator(Node &node, BinaryKind kind) {
  auto inputs = node.inputs();
  if (inputs.empty())
    return node.fail("needs at least one input");
  Value result = inputs.front();
  for (Value input : llvm::drop_begin(inputs))
    result = input && result ? node.compose().binary(kind, result, input) : Value();
  return result;
}

std::optional<Reduction> reductionOf(Node &node) {
  Value x = node.input(0);
  const int64_t rank = node.rank(x);
  auto axes = axesOf(node, 1, "axes", rank);
  if (!axes)
    return std::nullopt;
  if (axes->count == 0 && !node.flag("noop_with_empty_axes")) {
    for (int64_t i = 0; i < rank; ++i)
      axes->dims.push_back(i);
    axes->count = rank;
  }
  return Reduction{x, *axes, node.flag("keepdims", true)};
}

Value reduceBy(Node &node, const Reduction &reduction, Value x,
               llvm::function_ref<Value(Value x, const Integers &dims, bool keepDims)> reduce) {
  if (!x || reduction.reducesNothing())
    return x;
  if (!reduction.axes.flags)
    return reduce(x, reduction.axes.dims, reduction.keepDims);
  for (int64_t dim = 0; x && dim < node.rank(reduction.x); ++dim) {
    Value flag = node.compose().cast(node.elementAt(reduction.axes.flags, dim), node.compose().getI1Type());
    auto reduced =
        emitIf(node, flag, [&] { return Branch{{reduce(x, {dim}, /*keepDims=*/true)}}; }, [&] { return Branch{{x}}; });
    x = reduced ? reduced->front() : Value();
  }
  return x && !reduction.keepDims ? dropAxes(node, x, reduction.axes) : x;
}

Value reduceTo(Node &node, const Reduction &reduction, ReduceKind kind, Value x) {
  if (x && isBool(node, x))
    kind = kind == ReduceKind::Max ? ReduceKind::Or : kind == ReduceKind::Min ? ReduceKind::And : kind;
  return reduceBy(node, reduction, x, [&](Value x, const Integers &dims, bool keepDims) {
    return node.compose().reduce(kind, x, dims, keepDims);
  });
}

Results argOperator(Node &node, ReduceKind kind) {
  Value x = node.input(0);
  auto dim = node.axisAttribute("axis", 0, node.rank(x));
  if (!dim)
    return Failure();
  return node.compose().argReduce(kind, x, *dim, node.flag("keepdims", true), node.flag("select_last_index"));
}

} // namespace wasmind::onnx
