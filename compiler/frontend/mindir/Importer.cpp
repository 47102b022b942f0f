#include "compiler/frontend/mindir/Importer.h"
#include "compiler/frontend/Measured.h"
#include "compiler/frontend/Origin.h"
#include "compiler/frontend/mindir/Halves.h"
#include "compiler/frontend/mindir/MindIR.h"
#include "compiler/graph/Halves.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/ScopeExit.h"

using namespace llvm;
namespace wasmind::mindir {
using Kind = Operand::Kind;

// Inlining can multiply nodes without bound (every function calling the next one twice).
static constexpr size_t maxNodes = 1 << 18;
static constexpr unsigned maxCallDepth = 128;
static constexpr uint64_t maxLeaves = 1 << 16;

std::string printable(StringRef name) {
  std::string result;
  for (char c : name)
    result += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return result;
}

std::string nameOf(const NodeProto &node) {
  return printable(!node.scope.empty() ? node.scope : !node.name.empty() ? node.name : StringRef("?"));
}

/// Nodes that steer reading and give no code of their own.
static bool isStructural(StringRef primitive) {
  static constexpr StringLiteral names[] = {"Constant", "Depend",       "Load",        "MakeTuple", "Partial", "Return",
                                            "Switch",   "TupleGetItem", "UpdateState", "make_list", "MakeList"};
  return is_contained(names, primitive);
}

static StringRef primitiveName(StringRef opType) {
  opType.consume_front("S_Prim_");
  return opType;
}

Importer::Importer(mlir::MLIRContext &context, ModelFiles &files, const ModelProto &model,
                   const frontend::ImportOptions &options, bool sameAxis)
    : measured(options), context(context), files(files), model(model), options(options), sameAxis(sameAxis),
      compose(mlir::UnknownLoc::get(&context), &context) {
  for (const PrimitiveProto &primitive : model.primitives)
    primitives.try_emplace(primitive.name, &primitive);
  auto index = [&](const GraphProto &function) {
    functions.try_emplace(function.name, &function);
    for (const TensorProto &weight : function.parameters) {
      weights.try_emplace(weight.name, &weight);
      if (!weight.refKey.empty())
        weightsByKey.try_emplace(weight.refKey, &weight);
    }
    for (const NodeProto &node : function.nodes)
      if (node.opType == "Constant")
        for (StringRef output : node.outputs)
          constants.try_emplace(output, &node);
  };
  index(*model.graph);
  for (const GraphProto &function : model.functions)
    index(function);
}

Importer::~Importer() {
  // A function value keeps the frame it was made in, and that frame holds the value: a cycle that nothing else breaks.
  for (const std::weak_ptr<Frame> &frame : frames)
    if (std::shared_ptr<Frame> alive = frame.lock())
      alive->values.clear();
}

//===- The function's signature ------------------------------------------------------------------------------===//

Expected<frontend::Input> Importer::readInput(const TensorProto &tensor, StringRef name) {
  frontend::Input input{name.str(), elementTypeOf(&context, tensor.dataType), {}, {}};
  if (!input.element)
    return createStringError("input '" + name + "' has the element type " + mindir::nameOf(tensor.dataType));
  if (is_contained(tensor.dims, -2))
    return input;
  input.shape.emplace();
  for (auto [axis, extent] : enumerate(tensor.dims))
    if (extent >= 0)
      input.shape->push_back(extent);
    else if (extent == -1)
      input.shape->push_back((name + "." + Twine(axis)).str());
    else
      return createStringError("input '" + name + "' has an extent of " + Twine(extent));
  return input;
}

Expected<Type> Importer::typeOfInput(const frontend::Input &input) {
  const std::string what = "input '" + input.name + "'";
  if (!input.shape)
    return createStringError(what + " may have any rank; give its shape with" +
                             frontend::optionText("--shape", input.name, "...") +
                             ", as in 1,3,height,width, or with net.set_inputs before export");
  auto module = compose.getInsertionBlock()->getParentOp()->getParentOfType<mlir::ModuleOp>();
  Extents extents;
  uint64_t count = 1;
  for (auto [axis, extent] : enumerate(*input.shape)) {
    if (extent.isNumber()) {
      extents.push_back(compose.getAffineConstantExpr(extent.number));
      if (__builtin_mul_overflow(count, static_cast<uint64_t>(extent.number), &count) || count > (uint64_t(1) << 40))
        return createStringError(what + " has more than 2^40 elements");
      continue;
    }
    std::string dim = extent.name;
    knownDims.insert(dim);
    const bool isUnnamed = dim == input.name + "." + std::to_string(axis);
    if (sameAxis && isUnnamed && !options.dims.contains(dim))
      for (const graph::NamedDim &other : graph::getNamedDims(module))
        if (StringRef(other.name).ends_with("." + std::to_string(axis)) &&
            stateDims.contains(dim) == stateDims.contains(other.name)) {
          notes.push_back("extent " + dim + " is taken to be the same as " + other.name);
          dim = other.name;
          break;
        }
    int64_t low = stateDims.contains(dim) ? 0 : 1, high = frontend::defaultMaxOf(dim, axis);
    if (auto chosen = options.dims.find(dim); chosen != options.dims.end()) {
      if (Error wrong = frontend::checkBounds(dim, chosen->second))
        return wrong;
      low = chosen->second.min;
      high = chosen->second.max;
    } else if (none_of(graph::getNamedDims(module), [&](const graph::NamedDim &other) { return other.name == dim; })) {
      notes.push_back("extent " + dim + " is taken to be " + std::to_string(low) + ".." + std::to_string(high) +
                      "; set it with --dim " + dim + "=MIN..MAX");
    }
    if (low == high)
      extents.push_back(compose.getAffineConstantExpr(low));
    else
      extents.push_back(graph::declareDim(module, dim, low, high));
  }
  return graph::makeTensorType(extents, input.element);
}

/// The part of a parameter's name that the user knows: "graph:name" is `name`.
static StringRef userName(StringRef name) {
  auto [graph, rest] = name.split(':');
  return rest.empty() ? graph : rest;
}

Error Importer::readInputs(function_ref<Expected<Operand>(const TensorProto &, StringRef)> tensorOf,
                           std::vector<Operand> &arguments) {
  for (const ValueInfoProto &input : model.graph->inputs) {
    StringRef name = userName(input.name);
    if (weights.contains(input.name)) { // old files list the weights among the inputs
      arguments.push_back(Operand::constant(*weights.lookup(input.name)));
    } else if (input.tensors.size() == 1) {
      auto tensor = tensorOf(input.tensors.front(), name);
      if (!tensor)
        return tensor.takeError();
      arguments.push_back(*tensor);
    } else if (StringRef(input.denotation).contains("Monad")) {
      arguments.push_back(Operand::monad());
    } else if (input.info && (input.info->type == AttributeType::Tuple || input.info->type == AttributeType::List) &&
               all_of(input.info->values, [](const AttributeProto &v) { return v.tensors.size() == 1; })) {
      SmallVector<Operand> elements;
      for (auto [i, element] : enumerate(input.info->values)) {
        auto tensor = tensorOf(element.tensors.front(), (name + "_" + Twine(i)).str());
        if (!tensor)
          return tensor.takeError();
        elements.push_back(*tensor);
      }
      arguments.push_back(Operand::sequence(elements));
    } else {
      return createStringError("input '" + printable(name) + "' is not a tensor; give the network tensors only");
    }
  }
  return Error::success();
}

Error Importer::declareInputs(mlir::func::FuncOp function, std::vector<Operand> &arguments) {
  // All are read before the first is declared: an option for one may say what an extent of another is.
  SmallVector<frontend::Input> inputs;
  StringMap<unsigned> taken;
  std::vector<Operand> ignored;
  auto read = [&](const TensorProto &tensor, StringRef base) -> Expected<Operand> {
    std::string name = printable(base);
    if (unsigned count = taken[name]++)
      name += "_" + std::to_string(count);
    auto input = readInput(tensor, name);
    if (!input)
      return input.takeError();
    inputs.push_back(std::move(*input));
    return Operand();
  };
  if (Error error = readInputs(read, ignored))
    return error;
  if (Error wrong = frontend::applyInputOptions(inputs, options, usedDims, notes))
    return wrong;
  stateDims = frontend::extentsOfStates(inputs, options);

  unsigned next = 0, openInputs = 0;
  auto declare = [&](const TensorProto &tensor, StringRef) -> Expected<Operand> {
    const frontend::Input &input = inputs[next++];
    inputNames.insert(input.name);
    if (input.constant) {
      TensorProto &constant = given.emplace_back();
      for (const frontend::InputExtent &extent : *input.shape)
        constant.dims.push_back(extent.number);
      constant.dataType = tensor.dataType;
      constant.name = input.name;
      constant.rawData = StringRef(input.constant->data(), input.constant->size());
      keepAlive.push_back(input.constant);
      return Operand::constant(constant);
    }
    auto type = typeOfInput(input);
    if (!type)
      return type.takeError();
    openInputs += !mlir::cast<mlir::RankedTensorType>(*type).hasStaticShape();
    (void)function.insertArgument(function.getNumArguments(), *type, {}, function.getLoc());
    function.setArgAttr(function.getNumArguments() - 1, "graph.name", compose.getStringAttr(input.name));
    return Operand(function.getArguments().back());
  };
  if (Error error = readInputs(declare, arguments))
    return error;
  hasOpenExtents = openInputs > 1;
  return Error::success();
}

Error Importer::refuseUnknownDims() {
  auto known = to_vector(knownDims.keys());
  for (StringRef dim : known)
    usedDims.insert(dim);
  return frontend::refuseUnknownDims(options, usedDims, known, inputNames);
}

AffineExpr Importer::measure(Value scalar, StringRef name, int64_t axis, std::optional<int64_t> max) {
  knownDims.insert(name);
  return measured.measure(compose, scalar, name, max);
}

mlir::DictionaryAttr Importer::countOperators() const {
  llvm::StringMap<int64_t> counts;
  auto count = [&](const GraphProto &function) {
    for (const NodeProto &node : function.nodes) {
      StringRef type = node.opType;
      if (type.consume_front("REF::")) {
        auto shared = primitives.find(type);
        if (shared == primitives.end())
          continue; // a call
        type = shared->second->opType;
      }
      type = primitiveName(type);
      if (!isStructural(type) && !type.empty())
        ++counts[type];
    }
  };
  count(*model.graph);
  for (const GraphProto &function : model.functions)
    count(function);
  SmallVector<mlir::NamedAttribute> entries;
  mlir::Builder builder(&context);
  for (const auto &entry : counts)
    entries.push_back(builder.getNamedAttr(entry.first(), builder.getI64IntegerAttr(entry.second)));
  return builder.getDictionaryAttr(entries);
}

Expected<mlir::OwningOpRef<mlir::ModuleOp>> Importer::run() {
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &found) {
    if (diagnostic.empty())
      diagnostic = printable(found.str());
    return mlir::success();
  });
  mlir::OwningOpRef<mlir::ModuleOp> module(mlir::ModuleOp::create(compose.getLoc()));
  compose.setInsertionPointToEnd(module->getBody());
  auto function = mlir::func::FuncOp::create(compose, compose.getLoc(), "run", compose.getFunctionType({}, {}));
  entry = function.addEntryBlock();
  compose.setInsertionPointToEnd(entry);
  std::vector<Operand> arguments;
  if (Error error = declareInputs(function, arguments))
    return error;

  auto result = evaluate(*model.graph, arguments, nullptr);
  if (!result)
    return result.takeError();
  if (Error unknown = refuseUnknownDims())
    return unknown;

  SmallVector<Value> outputs;
  Error error = Error::success();
  forEachLeaf(*result, [&](const Operand &leaf) {
    if (error || leaf.is(Kind::Monad) || leaf.is(Kind::Nothing))
      return;
    auto value = asTensor(leaf);
    if (!value)
      error = createStringError("result " + Twine(outputs.size()) + " of the network: " + toString(value.takeError()));
    else
      outputs.push_back(*value);
  });
  if (error)
    return error;
  if (outputs.empty())
    return createStringError("the network has no tensor results");
  compose.setLoc(mlir::UnknownLoc::get(&context));
  mlir::func::ReturnOp::create(compose, compose.getLoc(), outputs);
  function.setType(compose.getFunctionType(function.getArgumentTypes(), mlir::ValueRange(outputs).getTypes()));
  for (unsigned i = 0; i < outputs.size(); ++i)
    function.setResultAttr(i, "graph.name", compose.getStringAttr("out" + Twine(i)));
  (*module)->setAttr("graph.operators", countOperators());

  diagnostic.clear();
  if (mlir::failed(mlir::verify(*module)))
    return createStringError("imported to an invalid graph: " + diagnostic);
  return module;
}

//===- Constants ---------------------------------------------------------------------------------------------===//

Expected<Value> Importer::materialize(const TensorProto &tensor) {
  Value &known = materialized[&tensor];
  if (known)
    return known;
  auto bytes = files.elementsOf(tensor);
  StringRef name = userName(tensor.refKey.empty() ? tensor.name : tensor.refKey);
  auto failure = [&](const Twine &reason) {
    return createStringError(name.empty() ? reason : "tensor '" + printable(name) + "': " + reason);
  };
  if (!bytes)
    return failure(toString(bytes.takeError()));
  auto type = staticTypeOf(&context, tensor);
  if (!type)
    return failure("its element type is " + mindir::nameOf(tensor.dataType));
  // At the head of the function: also what uses it inside a branch or loop first is reached by all.
  mlir::OpBuilder::InsertionGuard guard(compose);
  compose.setInsertionPointToStart(entry);
  known = graph::makeMappedConstant(compose, mlir::NameLoc::get(compose.getStringAttr(printable(name))), type,
                                    printable(name), *bytes);
  return known;
}

Expected<Integers> Importer::integers(const TensorProto &tensor) {
  auto bytes = files.elementsOf(tensor);
  if (!bytes)
    return bytes.takeError();
  auto value = materialize(tensor);
  if (!value)
    return value.takeError();
  if (auto values = graph::constantIntegers(*value))
    return Integers(values->begin(), values->end());
  return createStringError("integers are needed");
}

//===- Nodes -------------------------------------------------------------------------------------------------===//

std::optional<Operand> Importer::find(StringRef name, const std::shared_ptr<Frame> &frame) {
  for (const Frame *scope = frame.get(); scope; scope = scope->around.get()) {
    auto found = scope->values.find(name);
    if (found != scope->values.end())
      return found->second;
  }
  if (const TensorProto *weight = weights.lookup(name))
    return Operand::constant(*weight);
  if (const NodeProto *constant = constants.lookup(name)) {
    auto value = readConstant(*constant);
    if (value)
      return *value;
    consumeError(value.takeError());
  }
  if (const GraphProto *function = functions.lookup(name))
    return Operand::closure(*function, frame, {});
  return std::nullopt;
}

Expected<Operand> Importer::lookUp(StringRef name, const std::shared_ptr<Frame> &frame) {
  if (auto found = find(name, frame))
    return *found;
  return createStringError("uses '" + printable(name) + "', which is not defined before it" +
                           (headers.empty() ? "" : " or belongs to another function than this loop"));
}

Expected<Operand> Importer::readConstant(const NodeProto &node) {
  for (const AttributeProto &attribute : node.attributes)
    if (attribute.name == "value")
      if (auto value = decode(attribute))
        return *value;
  return createStringError("a constant of a kind that inference does not know; keep it out of the network");
}

Expected<std::shared_ptr<Frame>> Importer::enter(const GraphProto &function, ArrayRef<Operand> arguments,
                                                 std::shared_ptr<Frame> around) {
  auto frame = std::make_shared<Frame>();
  frames.push_back(frame);
  frame->function = &function;
  frame->around = std::move(around);
  if (arguments.size() > function.inputs.size())
    return createStringError("calls '" + printable(function.name) + "' with " + Twine(arguments.size()) +
                             " arguments, it takes " + Twine(function.inputs.size()));
  for (auto [i, input] : enumerate(function.inputs)) {
    if (i < arguments.size()) {
      frame->values[input.name] = arguments[i];
      continue;
    }
    // Weights need not be passed: the last parameters may name them.
    const TensorProto *weight = input.tensors.empty() ? nullptr : weightsByKey.lookup(input.tensors.front().refKey);
    if (StringRef(input.denotation).contains("Monad"))
      frame->values[input.name] = Operand::monad();
    else if (weight)
      frame->values[input.name] = Operand::constant(*weight);
    else
      return createStringError("calls '" + printable(function.name) + "' without argument '" +
                               printable(userName(input.name)) + "'");
  }
  return frame;
}

Expected<Operand> Importer::resultOf(const std::shared_ptr<Frame> &frame) {
  const auto &outputs = frame->function->outputs;
  if (outputs.empty())
    return createStringError("function '" + printable(frame->function->name) + "' has no result");
  SmallVector<Operand> results;
  for (const ValueInfoProto &output : outputs) {
    auto value = lookUp(output.name, frame);
    if (!value)
      return createStringError("the result of function '" + printable(frame->function->name) +
                               "': " + toString(value.takeError()));
    results.push_back(*value);
  }
  return results.size() == 1 ? results.front() : Operand::sequence(results);
}

Error Importer::deeper() {
  if (++depth <= maxCallDepth)
    return Error::success();
  --depth;
  return createStringError("function calls are nested more than " + Twine(maxCallDepth) + " deep");
}

Expected<Operand> Importer::evaluate(const GraphProto &function, ArrayRef<Operand> arguments,
                                     std::shared_ptr<Frame> around) {
  if (Error error = deeper())
    return error;
  scope_exit leave([&] { --depth; });
  auto frame = enter(function, arguments, std::move(around));
  if (!frame)
    return frame.takeError();
  for (const NodeProto &node : function.nodes)
    if (Error error = readNode(node, *frame))
      return error;
  return resultOf(*frame);
}

Error Importer::readNode(const NodeProto &node, const std::shared_ptr<Frame> &frame) {
  if (++nodesRead > maxNodes)
    return createStringError("more than " + Twine(maxNodes) + " nodes once functions are inlined");
  if (node.outputs.size() != 1)
    return createStringError("node '" + nameOf(node) + "': has " + Twine(node.outputs.size()) +
                             " outputs, MindIR nodes have one");
  StringRef type = node.opType;
  const PrimitiveProto *shared = nullptr;
  const bool isReference = type.consume_front("REF::");
  if (isReference && (shared = primitives.lookup(type)))
    type = shared->opType;
  type = primitiveName(type);

  auto located = compose.getLoc();
  scope_exit restore([&] { compose.setLoc(located); });
  compose.setLoc(mlir::NameLoc::get(compose.getStringAttr(nameOf(node))));
  diagnostic.clear();

  Result result = Operand();
  bool inner = false; // the message already names a node
  if (type == "Constant") {
    result = readConstant(node);
  } else if (isReference && !shared) {
    SmallVector<Operand> arguments;
    auto callee = lookUp(type, frame);
    if (!callee)
      result =
          createStringError("calls '" + printable(type) + "', which is neither a primitive nor a function of the file");
    else
      result = *callee;
    for (StringRef name : node.inputs) {
      auto argument = result ? lookUp(name, frame) : Result(Operand());
      if (!argument)
        result = argument.takeError();
      else
        arguments.push_back(*argument);
    }
    if (result) {
      result = call(*callee, arguments);
      inner = true;
    }
  } else {
    result = readOperator(type, node, shared, frame);
  }
  if (result && (result->leafCount() > maxLeaves || result->depth() > 64))
    result = createStringError("gives a tuple of more than " + Twine(maxLeaves) + " elements or 64 levels");
  if (!result) {
    std::string reason = toString(result.takeError());
    if (inner && StringRef(reason).starts_with("node '"))
      return createStringError(reason);
    StringRef shown = isReference && !shared ? "call" : type;
    return createStringError("node '" + nameOf(node) + "' (" + printable(shown) + "): " + reason);
  }
  frame->values[node.outputs.front()] = std::move(*result);
  return Error::success();
}

Expected<Operand> Importer::readOperator(StringRef primitive, const NodeProto &node, const PrimitiveProto *shared,
                                         const std::shared_ptr<Frame> &frame) {
  std::vector<Operand> inputs;
  for (StringRef name : node.inputs) {
    auto value = lookUp(name, frame);
    if (!value)
      return value.takeError();
    inputs.push_back(*value);
  }
  if (primitive == "Partial") {
    if (inputs.empty() || !inputs.front().is(Kind::Closure))
      return createStringError("input 0 is not a function");
    SmallVector<Operand> bound(inputs.front().elements());
    bound.append(inputs.begin() + 1, inputs.end());
    return Operand::closure(*inputs.front().function, inputs.front().environment, bound);
  }
  if (primitive == "Switch") {
    if (inputs.size() < 3)
      return createStringError("has " + Twine(inputs.size()) + " inputs, 3 are needed");
    if (inputs[1].is(Kind::Closure) && inputs[2].is(Kind::Closure))
      return Operand::sequence(ArrayRef<Operand>(inputs).take_front(3), Kind::Choice);
  }
  auto read = findOperator(primitive);
  if (!read)
    return createStringError(
        "this primitive is not supported yet; see compiler/frontend/mindir/README.md for those that are");
  SmallVector<const std::vector<AttributeProto> *, 2> attributes{&node.attributes};
  if (shared)
    attributes.push_back(&shared->attributes);
  const Type half = halfAmong(inputs, &context);
  graph::Composition composition(compose);
  {
    Node view(compose, *this, primitive, inputs, attributes);
    Operand result = read(view);
    if (!half || view.failed() || !composition.roundsHalvesInside())
      return checked(view, result);
  }
  composition.erase();
  widen(compose, inputs);
  WideConstants wideConstants(compose, *this);
  Node view(compose, wideConstants, primitive, inputs, attributes);
  Operand result = read(view);
  return checked(view, view.failed() ? result : narrow(view, result, half));
}

Expected<Operand> Importer::checked(Node &view, const Operand &result) {
  if (view.failed())
    return createStringError(view.error());
  if (result.leafCount() > maxLeaves)
    return result; // refused by the caller
  bool built = true;
  forEachLeaf(result, [&](const Operand &leaf) { built &= !leaf.is(Kind::Tensor) || leaf.tensor; });
  if (!built || !diagnostic.empty())
    return createStringError(diagnostic.empty() ? "its inputs do not fit together" : diagnostic);
  view.checkDeclared(result);
  if (view.failed())
    return createStringError(view.error());
  return result;
}

//===- The outside -------------------------------------------------------------------------------------------===//

static Expected<frontend::Imported> import(mlir::MLIRContext &context, ModelFiles &files,
                                           const frontend::ImportOptions &options) {
  context.loadDialect<graph::GraphDialect, mlir::func::FuncDialect>();
  auto failure = [&](Error error) {
    return createStringError(printable(files.name()) + ": " + printable(toString(std::move(error))));
  };
  auto model = parseModel(files.bytes());
  if (!model)
    return failure(model.takeError());
  if (options.overridableDefaults)
    return failure(
        createStringError("--input-defaults=overridable is an option of ONNX models; inputs of MindIR models "
                          "have no default values"));
  if (!options.sequences.empty())
    return failure(createStringError("--sequence is an option of ONNX models; inputs of MindIR models are tensors"));
  if (model->hasParallelLayouts)
    return failure(
        createStringError("holds one device's slice of a distributed model; merge its weights and export again"));

  // MindIR does not say which open extents are equal. If the graph does not fit with all of them different, those on
  // the same axis of several inputs - batch, sequence length - are taken to be one.
  Importer first(context, files, *model, options, /*sameAxis=*/false);
  auto module = first.run();
  auto notes = std::move(first.notes);
  auto keepAlive = std::move(first.keepAlive);
  auto *measured = &first.measured;
  std::optional<Importer> second;
  if (!module && first.hasOpenExtents) {
    second.emplace(context, files, *model, options, /*sameAxis=*/true);
    auto again = second->run();
    if (again) {
      consumeError(module.takeError());
      module = std::move(again);
      notes = std::move(second->notes);
      keepAlive = std::move(second->keepAlive);
      measured = &second->measured;
    } else {
      consumeError(again.takeError());
    }
  }
  if (!module)
    return failure(module.takeError());
  frontend::Imported imported;
  imported.module = std::move(*module);
  imported.keepAlive = files.keepAlive();
  append_range(imported.keepAlive, keepAlive);
  imported.dataFiles = files.dataFiles(*model);
  imported.notes = std::move(notes);
  append_range(imported.notes, measured->notes);
  imported.hasDefaultBounds = measured->hasDefaultBounds;
  return imported;
}

Expected<frontend::Imported> importMindIR(mlir::MLIRContext &context, StringRef path,
                                          const frontend::ImportOptions &options) {
  auto files = ModelFiles::open(path);
  if (!files)
    return createStringError(printable(path) + ": " + toString(files.takeError()));
  return import(context, *files, options);
}

Expected<frontend::Imported> importMindIRBytes(mlir::MLIRContext &context, StringRef bytes, StringRef name,
                                               StringRef folder, const frontend::ImportOptions &options) {
  ModelFiles files = ModelFiles::copy(bytes, name, folder);
  return import(context, files, options);
}

ArrayRef<StringLiteral> supportedPrimitives() { return operatorNames(); }

} // namespace wasmind::mindir
