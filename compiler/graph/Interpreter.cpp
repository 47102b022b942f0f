//===- Interpreter.cpp - functions, control flow and dispatch of the interpreter ----------------------------------===//
#include "compiler/graph/Interpreter.h"
#include "compiler/graph/InterpreterKernels.h"
#include "compiler/graph/Structured.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace wasmind::graph {

int64_t HostTensor::elementCount() const { return interpreter::countOf(shape); }

namespace interpreter {

int64_t View::elementCount() const { return countOf(shape); }

int64_t countOf(Ints shape) {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  return count;
}

SmallVector<int64_t> stridesOf(Ints shape) {
  SmallVector<int64_t> strides(shape.size());
  int64_t stride = 1;
  for (size_t i = shape.size(); i-- > 0;) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

HostTensor allocate(Type element, Ints shape) {
  HostTensor tensor;
  tensor.element = element;
  tensor.shape.assign(shape.begin(), shape.end());
  tensor.bytes.resize(countOf(shape) * byteWidth(element));
  return tensor;
}

llvm::Error failure(Operation *op, const Twine &why) {
  std::string where;
  llvm::raw_string_ostream stream(where);
  stream << op->getName() << " at " << op->getLoc();
  return llvm::createStringError(stream.str() + ": " + why);
}

std::optional<int64_t> valueOf(AffineExpr expression, Ints dims, Ints indices) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expression))
    return constant.getValue();
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expression))
    return symbol.getPosition() < dims.size() ? std::optional(dims[symbol.getPosition()]) : std::nullopt;
  if (auto dim = dyn_cast<AffineDimExpr>(expression))
    return dim.getPosition() < indices.size() ? std::optional(indices[dim.getPosition()]) : std::nullopt;
  auto binary = cast<AffineBinaryOpExpr>(expression);
  auto lhs = valueOf(binary.getLHS(), dims, indices), rhs = valueOf(binary.getRHS(), dims, indices);
  if (!lhs || !rhs)
    return std::nullopt;
  int64_t a = *lhs, b = *rhs;
  if (binary.getKind() == AffineExprKind::Add)
    return a + b;
  if (binary.getKind() == AffineExprKind::Mul)
    return a * b;
  if (b <= 0)
    return std::nullopt;
  int64_t rest = ((a % b) + b) % b, quotient = (a - rest) / b;
  switch (binary.getKind()) {
  case AffineExprKind::Mod:
    return rest;
  case AffineExprKind::FloorDiv:
    return quotient;
  default:
    return quotient + (rest != 0);
  }
}

llvm::Expected<SmallVector<int64_t>> shapeOf(Operation *op, Type type, Ints dims) {
  constexpr int64_t elementLimit = int64_t(1) << 34;
  SmallVector<int64_t> shape;
  int64_t count = 1;
  for (auto [i, extent] : llvm::enumerate(getExtents(type))) {
    auto value = valueOf(extent, dims);
    if (!value || *value < 0)
      return failure(op, llvm::formatv("dimension {0} of the result has no extent with these dimensions", i));
    shape.push_back(*value);
    if (*value > elementLimit || (count *= *value) > elementLimit)
      return failure(op, "the result has more than 2^34 elements");
  }
  return shape;
}

namespace {

bool isNarrow(Type element) { return element.isF16() || element.isBF16(); }

using Results = llvm::Expected<std::vector<HostTensor>>;

Results one(Result result) {
  if (!result)
    return result.takeError();
  std::vector<HostTensor> results;
  results.push_back(std::move(*result));
  return results;
}

/// The window attributes of a convolution or window; false where these dimensions do not give them.
template <typename Op> bool readAmounts(Op op, Ints dims, WindowAttributes &attributes) {
  auto read = [&](AffineMap map, SmallVector<int64_t> &values, bool isPositive) {
    for (AffineExpr amount : map.getResults()) {
      auto value = valueOf(amount, dims);
      if (!value || (isPositive && *value < 1))
        return false;
      values.push_back(*value);
    }
    return true;
  };
  return read(op.getStrides(), attributes.strides, true) && read(op.getPadLow(), attributes.padLow, false) &&
         read(op.getDilations(), attributes.dilations, true);
}

Results convolution(ConvolveOp op, ArrayRef<View> operands, Ints dims, Ints shape) {
  WindowAttributes attributes;
  auto groups = valueOf(op.getGroupCount(), dims);
  if (!readAmounts(op, dims, attributes) || !groups)
    return failure(op, "has window attributes that these dimensions do not give");
  attributes.groups = std::max<int64_t>(*groups, 1); // none: no channels, no result
  return one(interpreter::convolve(op, attributes, operands[0], operands[1], shape));
}

Results windows(WindowOp op, ArrayRef<View> operands, Ints dims, Ints shape) {
  WindowAttributes attributes;
  for (AffineExpr size : op.getSizes().getResults())
    attributes.sizes.push_back(valueOf(size, dims).value_or(0));
  if (!readAmounts(op, dims, attributes) || llvm::any_of(attributes.sizes, [](int64_t size) { return size < 1; }))
    return failure(op, "has window attributes that these dimensions do not give");
  return one(interpreter::window(op, attributes, operands[0], shape));
}

/// Operations whose operands are computed with: those of narrow floats are widened first.
Results arithmetic(Operation *op, ArrayRef<View> operands, Ints dims, Ints shape) {
  return llvm::TypeSwitch<Operation *, Results>(op)
      .Case([&](UnaryOp unary) { return one(interpreter::unary(op, unary.getKind(), operands[0])); })
      .Case([&](BinaryOp binary) {
        return one(interpreter::binary(op, binary.getKind(), operands[0], operands[1], shape));
      })
      .Case([&](CompareOp compare) {
        return one(interpreter::compare(compare.getKind(), operands[0], operands[1], shape));
      })
      .Case([&](ContractOp contract) { return one(interpreter::contract(contract, operands[0], operands[1], shape)); })
      .Case([&](ConvolveOp convolve) { return convolution(convolve, operands, dims, shape); })
      .Case([&](WindowOp window) { return windows(window, operands, dims, shape); })
      .Case([&](ReduceOp reduce) { return one(interpreter::reduce(reduce, operands[0], shape)); })
      .Case([&](ArgReduceOp reduce) { return one(interpreter::argReduce(reduce, operands[0], shape)); })
      .Case([&](ScanOp scan) { return one(interpreter::scan(scan, operands[0])); })
      .Case(
          [&](ScatterOp scatter) { return one(interpreter::scatter(scatter, operands[0], operands[1], operands[2])); })
      .Case([&](TopKOp topK) { return interpreter::topK(topK, operands[0], shape); })
      .Default([&](Operation *) { return failure(op, "cannot be evaluated"); });
}

Results arithmeticOfNarrow(Operation *op, ArrayRef<View> operands, Ints dims, Ints shape) {
  Type wide = Float32Type::get(op->getContext());
  std::vector<HostTensor> widened(operands.size());
  SmallVector<View> views;
  for (auto [i, operand] : llvm::enumerate(operands)) {
    if (!isNarrow(operand.element)) {
      views.push_back(operand);
      continue;
    }
    widened[i] = llvm::cantFail(cast(operand, wide));
    views.push_back(widened[i]);
  }
  Results results = arithmetic(op, views, dims, shape);
  if (!results)
    return results;
  for (auto [i, result] : llvm::enumerate(*results)) {
    Type element = llvm::cast<RankedTensorType>(op->getResult(i).getType()).getElementType();
    if (element != result.element)
      result = llvm::cantFail(cast(result, element));
  }
  return results;
}
} // namespace

Results evaluateViews(Operation *op, ArrayRef<View> operands, Ints dims, std::optional<Ints> resultShape) {
  if (op->getNumOperands() != operands.size() || op->getNumResults() == 0)
    return failure(op, "takes another number of operands");
  SmallVector<int64_t> shape;
  if (resultShape) {
    shape.assign(resultShape->begin(), resultShape->end());
  } else {
    auto inferred = shapeOf(op, op->getResult(0).getType(), dims);
    if (!inferred)
      return inferred.takeError();
    shape = *inferred;
  }
  Type element = llvm::cast<RankedTensorType>(op->getResult(0).getType()).getElementType();
  return llvm::TypeSwitch<Operation *, Results>(op)
      .Case([&](CastOp) { return one(interpreter::cast(operands[0], element)); })
      .Case([&](SelectOp) { return one(interpreter::select(operands[0], operands[1], operands[2], shape)); })
      .Case([&](ReshapeOp) -> Results {
        if (countOf(shape) != operands[0].elementCount())
          return failure(op, "changes the number of elements");
        return one(interpreter::reshape(operands[0], shape));
      })
      .Case([&](TransposeOp transpose) { return one(interpreter::transpose(operands[0], transpose.getPermutation())); })
      .Case([&](BroadcastOp) { return one(interpreter::broadcast(operands[0], shape)); })
      .Case([&](SliceOp slice) -> Results {
        SmallVector<int64_t> starts;
        for (AffineExpr start : slice.getStarts().getResults()) {
          auto value = valueOf(start, dims);
          if (!value)
            return failure(op, "has a start that these dimensions do not give");
          starts.push_back(*value);
        }
        return one(interpreter::slice(op, operands[0], starts, slice.getStrides(), shape));
      })
      .Case([&](ConcatOp concat) { return one(interpreter::concat(operands, concat.getDim(), shape)); })
      .Case([&](PadOp pad) { return one(interpreter::pad(pad, operands[0], operands[1], shape)); })
      .Case([&](GatherOp gather) { return one(interpreter::gather(gather, operands[0], operands[1], shape)); })
      .Case([&](ReverseOp reverse) { return one(interpreter::reverse(operands[0], reverse.getDims())); })
      .Case([&](IotaOp iota) { return one(interpreter::iota(iota.getDim(), element, shape)); })
      .Case([&](ExtentOp extent) -> Results {
        auto value = valueOf(extent.getExpression().getResult(0), dims);
        if (!value)
          return failure(op, "is not given by these dimensions");
        HostTensor result = allocate(element, {});
        *dataOf<int64_t>(result) = *value;
        return one(std::move(result));
      })
      .Case([&](ConstantOp constant) {
        ConstantData data = graph::dataOf(constant.getValue());
        HostTensor result = allocate(element, shape);
        if (!data.splat)
          std::memcpy(result.bytes.data(), data.bytes.data(), result.bytes.size());
        else
          for (size_t at = 0; at < result.bytes.size(); at += data.bytes.size())
            std::memcpy(result.bytes.data() + at, data.bytes.data(), data.bytes.size());
        return one(std::move(result));
      })
      .Default([&](Operation *) {
        bool narrow = llvm::any_of(operands, [](const View &view) { return isNarrow(view.element); });
        return narrow ? arithmeticOfNarrow(op, operands, dims, shape) : arithmetic(op, operands, dims, shape);
      });
}

//===- Functions and regions --------------------------------------------------------------------------------------===//

namespace {

constexpr unsigned callDepthLimit = 64;
constexpr int64_t stepLimit = int64_t(1) << 31;

using Tensor = std::shared_ptr<const HostTensor>;
using Tensors = SmallVector<Tensor>;

class Machine {
public:
  Machine(func::FuncOp entry, Ints dims) : dims(dims) {
    if (auto module = entry->getParentOfType<ModuleOp>()) {
      named = getNamedDims(module);
      requirements = getRequirements(module);
    }
    this->dims.resize(std::max(dims.size(), named.size()));
  }

  /// Checks what is required of the dimensions up to measured dimension `last` (-1: of those that are given).
  llvm::Error check(Operation *op, int64_t last) {
    for (const Requirement &requirement : requirements) {
      if (lastMeasured(requirement.expression, named) != last)
        continue;
      auto value = valueOf(requirement.expression, dims);
      if (!value || (requirement.isZero ? *value != 0 : *value < 0))
        return failure(op, requirement.text);
    }
    return llvm::Error::success();
  }

  llvm::Expected<Tensors> call(func::FuncOp function, ArrayRef<Tensor> inputs) {
    if (function.isExternal() || function.getNumArguments() != inputs.size())
      return failure(function, "cannot be called with these inputs");
    if (++depth > callDepthLimit)
      return failure(function, "calls are nested more than 64 deep");
    llvm::DenseMap<Value, Tensor> callers; // a recursive call has values of its own
    std::swap(values, callers);
    auto results = run(function.getBody().front(), inputs);
    std::swap(values, callers);
    --depth;
    return results;
  }

  /// Runs a block; returns the operands of its terminator.
  llvm::Expected<Tensors> run(Block &block, ArrayRef<Tensor> arguments) {
    for (auto [argument, tensor] : llvm::zip(block.getArguments(), arguments))
      values[argument] = tensor;
    for (Operation &op : block.without_terminator()) {
      if (++steps > stepLimit)
        return failure(&op, "more than 2^31 steps");
      auto results = execute(&op);
      if (!results)
        return results.takeError();
      for (auto [result, tensor] : llvm::zip(op.getResults(), *results))
        values[result] = std::move(tensor);
      for (Value dead : lastUsesOf(block).lookup(&op))
        values.erase(dead);
    }
    Tensors results;
    for (Value value : block.getTerminator()->getOperands())
      results.push_back(values.lookup(value));
    return results;
  }

private:
  llvm::Expected<Tensors> execute(Operation *op) {
    Tensors operands;
    for (Value operand : op->getOperands())
      operands.push_back(values.lookup(operand));
    if (auto branch = dyn_cast<IfOp>(op))
      return run(operands[0]->bytes[0] ? branch.getThenRegion().front() : branch.getElseRegion().front(), {});
    if (auto loop = dyn_cast<LoopOp>(op))
      return iterate(loop, operands);
    if (auto compute = dyn_cast<ComputeOp>(op))
      return this->compute(compute, operands);
    if (auto call = dyn_cast<CallOp>(op)) {
      auto callee = call->getParentOfType<ModuleOp>().lookupSymbol<func::FuncOp>(call.getCallee());
      if (!callee)
        return failure(op, "calls a function that does not exist");
      return this->call(callee, operands);
    }
    if (auto measure = dyn_cast<MeasureOp>(op)) {
      const int64_t value = loadInteger(operands[0]->element, operands[0]->bytes.data());
      const NamedDim &dim = named[measure.getDim()];
      if (value < dim.min || value > dim.max)
        return failure(op, outsideText(dim));
      dims[measure.getDim()] = value;
      if (llvm::Error broken = check(op, measure.getDim()))
        return broken;
      return Tensors{};
    }
    bool isConstant = isa<ConstantOp>(op);
    if (isConstant)
      if (Tensor known = constants.lookup(op))
        return Tensors{known};
    SmallVector<View> views;
    for (const Tensor &operand : operands)
      views.push_back(*operand);
    auto results = evaluateViews(op, views, dims);
    if (!results)
      return results.takeError();
    Tensors tensors;
    for (HostTensor &result : *results)
      tensors.push_back(std::make_shared<const HostTensor>(std::move(result)));
    if (isConstant && depthOf(op) > 0)
      constants[op] = tensors[0];
    return tensors;
  }

  /// Number of loops and computations around an operation within its function.
  static unsigned depthOf(Operation *op) {
    unsigned count = 0;
    for (Operation *parent = op->getParentOp(); parent && !isa<func::FuncOp>(parent); parent = parent->getParentOp())
      ++count;
    return count;
  }

  llvm::Expected<Tensors> iterate(LoopOp loop, ArrayRef<Tensor> operands) {
    int64_t trips = loadInteger(operands[0]->element, operands[0]->bytes.data());
    bool goesOn = operands[1]->bytes[0];
    Tensors carried(operands.drop_front(2));
    for (int64_t i = 0; i < trips && goesOn; ++i) {
      auto index = std::make_shared<HostTensor>(allocate(operands[0]->element, {}));
      storeInteger(index->element, i, index->bytes.data());
      Tensors arguments{index};
      llvm::append_range(arguments, carried);
      carried.clear();
      auto results = run(loop.getBody().front(), arguments);
      if (!results)
        return results.takeError();
      goesOn = results->front()->bytes[0];
      carried.assign(results->begin() + 1, results->end());
    }
    return carried;
  }

  llvm::Expected<Tensors> compute(ComputeOp op, ArrayRef<Tensor> operands) {
    SmallVector<int64_t> domain;
    for (AffineExpr extent : op.getDomain()) {
      auto value = valueOf(extent, dims);
      if (!value || *value < 0)
        return failure(op, "has a domain that these dimensions do not give");
      domain.push_back(*value);
    }
    unsigned reductions = op.getReductionCount();
    Ints outer = Ints(domain).drop_back(reductions), inner = Ints(domain).take_back(reductions);
    SmallVector<AffineMap> maps = op.getIndexingMaps();
    Block &body = op.getBody().front();
    auto result = std::make_shared<HostTensor>(allocate(op.getType().getElementType(), outer));
    unsigned width = byteWidth(result->element);
    auto indexOf = [](int64_t linear, Ints shape, MutableArrayRef<int64_t> index) {
      for (size_t i = shape.size(); i-- > 0; linear /= shape[i])
        index[i] = linear % shape[i];
    };
    SmallVector<int64_t> index(domain.size());
    for (int64_t point = 0; point < countOf(outer); ++point) {
      indexOf(point, outer, MutableArrayRef(index).take_front(outer.size()));
      Tensor running = reductions ? initialOf(op) : nullptr;
      for (int64_t step = 0; step < countOf(inner); ++step) {
        indexOf(step, inner, MutableArrayRef(index).drop_front(outer.size()));
        Tensors elements;
        bool present = true;
        for (auto [map, operand] : llvm::zip(maps, operands)) {
          Tensor element = elementAt(*operand, map, index);
          present &= element != nullptr;
          elements.push_back(element);
        }
        if (!present && reductions)
          continue; // absent elements do not take part
        if (!present)
          return failure(op, "reads outside an input");
        if (reductions)
          elements.push_back(running);
        auto next = run(body, elements);
        if (!next)
          return next.takeError();
        running = next->front();
      }
      HostTensor element =
          running->element == result->element ? *running : llvm::cantFail(cast(*running, result->element));
      std::memcpy(result->bytes.data() + point * width, element.bytes.data(), width);
    }
    return Tensors{result};
  }

  Tensor elementAt(const HostTensor &tensor, AffineMap map, Ints index) {
    int64_t offset = 0;
    for (auto [i, expression] : llvm::enumerate(map.getResults())) {
      auto at = valueOf(expression, dims, index);
      if (!at || *at < 0 || *at >= tensor.shape[i])
        return nullptr;
      offset = offset * tensor.shape[i] + *at;
    }
    auto element = std::make_shared<HostTensor>(allocate(tensor.element, {}));
    std::memcpy(element->bytes.data(), tensor.bytes.data() + offset * element->bytes.size(), element->bytes.size());
    return element;
  }

  Tensor initialOf(ComputeOp op) {
    Type element = llvm::cast<RankedTensorType>(op.getBody().front().getArguments().back().getType()).getElementType();
    auto tensor = std::make_shared<HostTensor>(allocate(element, {}));
    if (auto number = dyn_cast<FloatAttr>(*op.getInitial()))
      storeDouble(element, number.getValueAsDouble(), tensor->bytes.data());
    else if (auto integer = dyn_cast<IntegerAttr>(*op.getInitial()))
      storeInteger(element, integer.getValue().getSExtValue(), tensor->bytes.data());
    else if (auto elements = dyn_cast<ElementsAttr>(*op.getInitial()))
      storeDouble(element, graph::dataOf(elements).asDouble(0), tensor->bytes.data());
    return tensor;
  }

  /// Per operation of a block, the values of the block that nobody needs after it.
  const llvm::DenseMap<Operation *, SmallVector<Value, 2>> &lastUsesOf(Block &block) {
    auto [entry, isNew] = deaths.try_emplace(&block);
    if (!isNew)
      return entry->second;
    auto note = [&](Value value) {
      Operation *last = nullptr;
      for (Operation *user : value.getUsers()) {
        Operation *ancestor = block.findAncestorOpInBlock(*user);
        if (!last || last->isBeforeInBlock(ancestor))
          last = ancestor;
      }
      if (last && !last->hasTrait<OpTrait::IsTerminator>())
        entry->second[last].push_back(value);
    };
    for (Value argument : block.getArguments())
      note(argument);
    for (Operation &op : block)
      llvm::for_each(op.getResults(), note);
    return entry->second;
  }

  SmallVector<int64_t> dims;
  Dims named;
  SmallVector<Requirement> requirements;
  llvm::DenseMap<Value, Tensor> values;
  llvm::DenseMap<Operation *, Tensor> constants;
  llvm::DenseMap<Block *, llvm::DenseMap<Operation *, SmallVector<Value, 2>>> deaths;
  unsigned depth = 0;
  int64_t steps = 0;
};
} // namespace
} // namespace interpreter

llvm::Expected<std::vector<HostTensor>> interpret(func::FuncOp function, ArrayRef<HostTensor> inputs,
                                                  ArrayRef<int64_t> dims) {
  using namespace interpreter;
  if (inputs.size() != function.getNumArguments())
    return failure(function, llvm::formatv("takes {0} inputs, not {1}", function.getNumArguments(), inputs.size()));
  Tensors arguments;
  for (auto [i, input] : llvm::enumerate(inputs)) {
    auto type = dyn_cast<RankedTensorType>(function.getArgument(i).getType());
    if (!type || type.getElementType() != input.element)
      return failure(function, llvm::formatv("input {0} has another element type", i));
    auto shape = shapeOf(function, type, dims);
    if (!shape)
      return shape.takeError();
    if (ArrayRef(*shape) != ArrayRef(input.shape) ||
        input.bytes.size() != size_t(countOf(*shape)) * byteWidth(input.element))
      return failure(function, llvm::formatv("input {0} has another shape", i));
    arguments.push_back(std::make_shared<const HostTensor>(input));
  }
  Machine machine(function, dims);
  if (llvm::Error broken = machine.check(function, -1))
    return broken;
  auto results = machine.call(function, arguments);
  if (!results)
    return results.takeError();
  std::vector<HostTensor> tensors;
  for (const Tensor &tensor : *results)
    tensors.push_back(*tensor);
  return tensors;
}

llvm::Expected<std::vector<HostTensor>> evaluate(Operation *op, ArrayRef<HostTensor> operands, ArrayRef<int64_t> dims) {
  if (op->getNumRegions() != 0)
    return interpreter::failure(op, "has regions");
  SmallVector<interpreter::View> views(operands.begin(), operands.end());
  return interpreter::evaluateViews(op, views, dims);
}

} // namespace wasmind::graph
