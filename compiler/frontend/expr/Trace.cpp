//===- Trace.cpp - tensors to a module: vars, inputs, outputs ----------------------------------------------------===//
#include "compiler/frontend/expr/Trace.h"
#include "compiler/frontend/expr/Tracer.h"
#include "compiler/graph/Ranges.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::te {

Tracer::Tracer(MLIRContext &context, const frontend::ImportOptions &options)
    : builder(UnknownLoc::get(&context), &context), context(context), options(options) {}

std::nullptr_t Tracer::fail(const Twine &reason) {
  if (error.empty()) {
    error = (current ? "tensor '" + current->name + "': " : std::string()) + reason.str();
    for (char &c : error)
      if (static_cast<unsigned char>(c) < ' ' || c == 127)
        c = ' ';
  }
  return nullptr;
}

Type Tracer::elementType(DType dtype) {
  switch (dtype) {
  case DType::F32:
    return builder.getF32Type();
  case DType::F64:
    return builder.getF64Type();
  case DType::F16:
    return builder.getF16Type();
  case DType::BF16:
    return builder.getBF16Type();
  case DType::Bool:
    return builder.getI1Type();
  default:
    break;
  }
  auto sign = isUnsigned(dtype) ? IntegerType::Unsigned : IntegerType::Signless;
  return IntegerType::get(&context, 8 * abi::byteWidth(dtype), sign);
}

//===- Vars and extents -----------------------------------------------------------------------------------------===//

/// Declares the vars of an input's extent. Later extents use them.
bool Tracer::declareVars(const Node &node, llvm::StringSet<> &used) {
  if (node.kind == NodeKind::Var && !symbols.contains(node.name)) {
    used.insert(node.name);
    int64_t min = 0, max = std::numeric_limits<int32_t>::max();
    if (auto given = options.dims.find(node.name); given != options.dims.end()) {
      if (llvm::Error wrong = frontend::checkBounds(node.name, given->second))
        return fail(llvm::toString(std::move(wrong))), false;
      min = given->second.min;
      max = given->second.max;
    }
    symbols[node.name] = min == max ? builder.getAffineConstantExpr(min) : declareDim(*module, node.name, min, max);
    dims = getNamedDims(*module);
  }
  for (const Expr &operand : node.operands)
    if (!declareVars(operand.node(), used))
      return false;
  return true;
}

AffineExpr Tracer::symbolOf(const Node &var) {
  auto found = symbols.find(var.name);
  if (found != symbols.end())
    return found->second;
  return fail("the var '" + var.name + "' is the extent of no input");
}

AffineExpr Tracer::extentOf(const Node &extent, StringRef noun) {
  AffineExpr e = anyExtent(extent, noun);
  if (e && !hasSmallCoefficients(e))
    return fail("the " + noun + " " + textOf(extent) + " has a factor of 2^31 or more");
  return e;
}

AffineExpr Tracer::anyExtent(const Node &extent, StringRef noun) {
  switch (extent.kind) {
  case NodeKind::Constant:
    return builder.getAffineConstantExpr(extent.integer);
  case NodeKind::Var:
    return symbolOf(extent);
  case NodeKind::Binary: {
    AffineExpr a = extentOf(extent.operands[0].node(), noun),
               b = a ? extentOf(extent.operands[1].node(), noun) : AffineExpr();
    if (!b)
      return nullptr;
    switch (extent.binary()) {
    case BinaryKind::Add:
      return normalise(a + b);
    case BinaryKind::Sub:
      return normalise(a - b);
    case BinaryKind::Mul:
      return normalise(a * b);
    case BinaryKind::FloorDiv:
    case BinaryKind::FloorMod:
      if (auto by = constantOf(b); !by || *by <= 0)
        return fail("the " + noun + " " + textOf(extent) + " divides by something else than a positive constant");
      return normalise(extent.binary() == BinaryKind::FloorDiv ? a.floorDiv(b) : a % b);
    default:
      break;
    }
    break;
  }
  default:
    break;
  }
  return fail("the " + noun + " " + textOf(extent) +
              " is no expression of constants and vars with + - * floordiv floormod");
}

std::string Tracer::toString(AffineExpr e, ArrayRef<const Node *> axes) {
  // Axes are printed as further dimensions.
  Dims names(dims);
  SmallVector<AffineExpr> symbols;
  for (const Node *axis : axes) {
    symbols.push_back(getAffineSymbolExpr(names.size(), &context));
    names.push_back({axis->name, 0, 0});
  }
  return graph::toString(normalise(e.replaceDims(symbols)), names);
}

//===- Tensors --------------------------------------------------------------------------------------------------===//

Value Tracer::valueOf(const TensorNode &tensor) {
  if (Value known = values.lookup(&tensor))
    return known;
  const TensorNode *outer = std::exchange(current, &tensor);
  Location location = builder.getLoc();
  builder.setLoc(NameLoc::get(builder.getStringAttr(tensor.name)));
  Value value = traced(tensor);
  builder.setLoc(location);
  current = outer;
  return values[&tensor] = value;
}

Value Tracer::traced(const TensorNode &tensor) {
  if (!tensor.error.empty()) {
    current = nullptr; // the text names the tensor
    return fail(tensor.error);
  }
  if (!tensor.isComputed())
    return fail("is read, but is not among the inputs");
  if (tensor.slide) {
    ++operatorCounts[tensor.slide->reduces ? "window" : "convolve"];
    return slid(tensor);
  }
  SmallVector<const Node *> axes;
  for (const Axis &axis : tensor.axes)
    axes.push_back(axis.shared().get());
  ++operatorCounts["compute"];
  return over(axes, tensor.body->node(), {});
}

bool Tracer::bodyNames(ArrayRef<Tensor> tensors, const char *what) {
  llvm::StringSet<> names;
  for (const Tensor &tensor : tensors)
    if (!names.insert(tensor.name()).second)
      return fail("two " + Twine(what) + " are called '" + tensor.name() + "'"), false;
  return true;
}

/// The tensors that computing the outputs takes, each after those that it reads.
static std::vector<const TensorNode *> producersFirst(ArrayRef<Tensor> outputs) {
  std::vector<const TensorNode *> order, work;
  llvm::DenseSet<const TensorNode *> entered, done;
  llvm::DenseSet<const Node *> seen; // in any tensor: what a node reads is entered once
  for (const Tensor &output : llvm::reverse(outputs))
    work.push_back(&output.node());
  while (!work.empty()) {
    const TensorNode *tensor = work.back();
    if (!entered.insert(tensor).second) {
      work.pop_back();
      if (done.insert(tensor).second)
        order.push_back(tensor);
      continue;
    }
    std::vector<const Node *> nodes;
    if (tensor->slide)
      for (const Tensor &operand : tensor->slide->operands)
        if (!entered.contains(&operand.node()))
          work.push_back(&operand.node());
    if (tensor->body)
      nodes.push_back(&tensor->body->node());
    while (!nodes.empty()) {
      const Node *node = nodes.back();
      nodes.pop_back();
      if (!seen.insert(node).second)
        continue;
      if (node->tensor && !entered.contains(node->tensor.get()))
        work.push_back(node->tensor.get());
      for (const Expr &operand : node->operands)
        nodes.push_back(&operand.node());
    }
  }
  return order;
}

llvm::Expected<OwningOpRef<ModuleOp>> Tracer::run(ArrayRef<Tensor> inputs, ArrayRef<Tensor> outputs,
                                                  ArrayRef<Var> vars) {
  context.loadDialect<GraphDialect, func::FuncDialect>();
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
      fail(diagnostic.str());
    return success();
  });
  auto refused = [&] { return llvm::createStringError(llvm::inconvertibleErrorCode(), error); };
  module = ModuleOp::create(builder.getLoc());
  setNamedDims(*module, {});
  llvm::StringSet<> used;
  SmallVector<Type> types;
  if (outputs.empty())
    fail("there is no output");
  if (!bodyNames(inputs, "inputs") || !bodyNames(outputs, "outputs") || failed())
    return refused();
  for (const Var &var : vars)
    if (!declareVars(Expr(var).node(), used))
      return refused();
  for (const Tensor &input : inputs) {
    current = &input.node();
    if (!input.error().empty()) {
      current = nullptr;
      fail(input.error());
    } else if (input.node().isComputed()) {
      fail("is an input, but is computed");
    }
    for (const Expr &extent : input.shape())
      if (!failed())
        declareVars(extent.node(), used);
    current = nullptr;
    if (failed())
      return refused();
  }
  if (llvm::Error unknown = frontend::refuseUnknownDims(options, used, llvm::to_vector(used.keys())))
    return unknown;
  for (const Tensor &input : inputs) {
    current = &input.node();
    SmallVector<AffineExpr> extents;
    for (const Expr &extent : input.shape())
      if (AffineExpr e = extentOf(extent.node())) {
        extents.push_back(e);
        Interval bounds = boundsOf(e, dims);
        if (bounds.max < 0 || bounds.min > std::numeric_limits<int32_t>::max())
          fail("the extent " + extent.text() + " is " + (bounds.max < 0 ? "negative" : "larger than 2^31 - 1"));
      }
    current = nullptr;
    if (failed())
      return refused();
    types.push_back(makeTensorType(extents, elementType(input.dtype())));
  }

  auto function = func::FuncOp::create(builder.getLoc(), "run", builder.getFunctionType(types, {}));
  module->push_back(function);
  builder.setInsertionPointToEnd(function.addEntryBlock());
  for (auto [i, input] : llvm::enumerate(inputs)) {
    function.setArgAttr(i, "graph.name", builder.getStringAttr(input.name()));
    values[&input.node()] = function.getArgument(i);
  }
  for (const TensorNode *tensor : producersFirst(outputs)) // so that no chain of tensors is followed by recursion
    if (!failed())
      valueOf(*tensor);
  SmallVector<Value> results;
  for (const Tensor &output : outputs) {
    results.push_back(valueOf(output.node()));
    if (failed() || !results.back())
      return refused();
  }
  func::ReturnOp::create(builder, builder.getLoc(), results);
  function.setFunctionType(builder.getFunctionType(types, ValueRange(results).getTypes()));
  for (auto [i, output] : llvm::enumerate(outputs))
    function.setResultAttr(i, "graph.name", builder.getStringAttr(output.name()));
  SmallVector<NamedAttribute> counts;
  for (auto &[name, count] : operatorCounts)
    counts.push_back(builder.getNamedAttr(name, builder.getI64IntegerAttr(count)));
  (*module)->setAttr("graph.operators", builder.getDictionaryAttr(counts));
  if (mlir::failed(module->verify()) || failed())
    return fail("the graph is not valid"), refused();
  return std::move(module);
}

llvm::Expected<OwningOpRef<ModuleOp>> trace(MLIRContext &context, ArrayRef<Tensor> inputs, ArrayRef<Tensor> outputs,
                                            const frontend::ImportOptions &options, ArrayRef<Var> vars) {
  return Tracer(context, options).run(inputs, outputs, vars);
}

} // namespace wasmind::te
