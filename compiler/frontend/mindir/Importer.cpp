#include "compiler/frontend/mindir/Importer.h"
#include "compiler/frontend/mindir/Halves.h"
#include "compiler/graph/Halves.h"
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
      compose(mlir::UnknownLoc::get(&context), &context), firstError(&context) {
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

  firstError.clear();
  if (mlir::failed(mlir::verify(*module)))
    return createStringError("imported to an invalid graph: " + printable(firstError.text()));
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
  if (auto found = find(name, frame)) {
    if (found->isTensor())
      if (auto change = overwritten.find(identityOf(*found)); change != overwritten.end())
        return createStringError("reads a tensor that node '" + change->second +
                                 "' has changed in a function; write y = y + x for y += x there");
    return *found;
  }
  return createStringError("uses '" + printable(name) + "', which is not defined before it" +
                           (openLoops.empty() ? "" : " or belongs to another function than this loop"));
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
  firstError.clear();

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
    const StringRef functional = functionalName(type);
    result = readOperator(functional.empty() ? type : functional, node, shared, frame);
    noteSharing(type, node, *frame);
    if (result && !functional.empty())
      if (Error error = overwrite(node, *result, *frame))
        result = std::move(error);
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
  for (const std::string &text : std::exchange(noted, {}))
    if (std::string line = "node '" + nameOf(node) + "' (" + printable(type) + ") " + text;
        !is_contained(notes, line)) // a function is read wherever it is called
      notes.push_back(std::move(line));
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
    return createStringError(refusalOf(primitive));
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
  if (!built || !firstError.text().empty())
    return createStringError(firstError.text().empty() ? "its inputs do not fit together"
                                                       : printable(firstError.text()));
  view.checkDeclared(result);
  if (view.failed())
    return createStringError(view.error());
  return result;
}

} // namespace wasmind::mindir
