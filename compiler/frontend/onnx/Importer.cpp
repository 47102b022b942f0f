//===- Importer.cpp - the model's graph, node by node -------------------------------------------------------------===//
#include "compiler/frontend/onnx/Importer.h"
#include "abi/Signature.h"
#include "compiler/diagnostics/FirstError.h"
#include "compiler/frontend/onnx/Errors.h"
#include "compiler/frontend/onnx/Schema.h"
#include "compiler/graph/Halves.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace wasmind::onnx {

std::string standardDomain(llvm::StringRef domain) { return domain == "ai.onnx" ? "" : domain.str(); }

std::string titleOf(const ::onnx::NodeProto &node) {
  if (!node.name().empty())
    return node.name();
  for (const std::string &output : node.output())
    if (!output.empty())
      return output;
  return node.op_type();
}

std::string qualified(const ::onnx::NodeProto &node) {
  const std::string domain = standardDomain(node.domain());
  return domain.empty() ? node.op_type() : domain + "." + node.op_type();
}

namespace {

constexpr uint64_t nodeLimit = 2'000'000; // after expansion of functions

} // namespace

Importer::Importer(std::shared_ptr<Model> model, mlir::MLIRContext &context, const frontend::ImportOptions &options)
    : model(std::move(model)), context(context), options(options), builder(mlir::UnknownLoc::get(&context), &context),
      measured(options) {}

llvm::Error Importer::error(const llvm::Twine &text) {
  std::string line = (model->name() + ": " + text).str();
  for (char &c : line) // names come from the model and may hold anything
    if (static_cast<unsigned char>(c) < ' ' || c == 127)
      c = ' ';
  return llvm::createStringError(llvm::inconvertibleErrorCode(), line);
}

//===- Names ---------------------------------------------------------------------------------------------------===//

llvm::Expected<Value> Importer::constant(const ::onnx::TensorProto &tensor, llvm::StringRef name) {
  return constant(model->tensor(tensor, &context), name);
}

llvm::Expected<Value> Importer::constant(const ::onnx::SparseTensorProto &tensor, llvm::StringRef name) {
  return constant(model->tensor(tensor, &context), name);
}

llvm::Expected<Value> Importer::constant(llvm::Expected<TensorBytes> bytes, llvm::StringRef name) {
  if (!bytes)
    return bytes.takeError();
  mlir::OpBuilder::InsertionGuard guard(builder);
  if (lastConstant)
    builder.setInsertionPointAfter(lastConstant);
  else
    builder.setInsertionPointToStart(entry);
  auto type = mlir::RankedTensorType::get(bytes->shape, bytes->element);
  auto location = mlir::NameLoc::get(builder.getStringAttr(name.empty() ? "constant" : name));
  constexpr size_t inlineBytes = 1024; // larger ones stay where they are
  Value value = bytes->bytes.size() <= inlineBytes
                    ? graph::makeConstant(builder, location, type, bytes->bytes)
                    : graph::makeMappedConstant(builder, location, type, name, bytes->bytes);
  lastConstant = value.getDefiningOp();
  return value;
}

const Datum *Importer::lookup(llvm::StringRef name) {
  for (Scope *s = scope; s; s = s->outer) {
    if (auto found = s->values.find(name); found != s->values.end())
      return &found->second;
    auto initializer = s->initializers.find(name);
    if (initializer == s->initializers.end())
      continue;
    auto value = std::visit([&](auto *tensor) { return constant(*tensor, name); }, initializer->second);
    if (!value) {
      nodeError("initializer '" + name + "': " + llvm::toString(value.takeError()));
      return nullptr;
    }
    Datum &datum = s->values[name];
    datum = *value;
    return &datum;
  }
  return nullptr;
}

llvm::Error Importer::define(llvm::StringRef name, Datum datum) {
  if (scope->initializers.contains(name) || !scope->values.try_emplace(name, std::move(datum)).second)
    return error("the name '" + name + "' is defined twice");
  return llvm::Error::success();
}

llvm::Error Importer::addInitializers(const ::onnx::GraphProto &graph) {
  auto add = [&](const std::string &name, auto *tensor) -> llvm::Error {
    if (name.empty())
      return error("an initializer has no name");
    if (scope->values.contains(name) || !scope->initializers.try_emplace(name, tensor).second)
      return error("the name '" + name + "' is defined twice");
    return llvm::Error::success();
  };
  for (const auto &tensor : graph.initializer())
    if (llvm::Error failure = add(tensor.name(), &tensor))
      return failure;
  for (const auto &tensor : graph.sparse_initializer())
    if (llvm::Error failure = add(tensor.values().name(), &tensor))
      return failure;
  return llvm::Error::success();
}

void Importer::addDeclared(const ::onnx::GraphProto &graph) {
  for (const auto &value : graph.value_info())
    if (value.type().has_tensor_type() && value.type().tensor_type().has_shape())
      scope->declared[value.name()] = &value.type();
}

Value Importer::asDeclared(llvm::StringRef name, Value tensor) {
  auto found = scope->declared.find(name);
  if (found == scope->declared.end())
    return tensor;
  const auto &shape = found->second->tensor_type().shape();
  const Extents extents = builder.extentsOf(tensor);
  if (shape.dim_size() != int(extents.size()) || llvm::all_of(extents, graph::constantOf))
    return tensor;
  const graph::Dims dims = graph::getNamedDims(*moduleOp);
  // A name is that of an extent of the inputs, or a formula over such names.
  auto extentOf = [&](const std::string &text) -> AffineExpr {
    auto given = [&](llvm::StringRef name) -> AffineExpr {
      if (auto formula = formulas.find(name); formula != formulas.end())
        return formula->second;
      for (auto [i, dim] : llvm::enumerate(dims))
        if (dim.name == name && !dim.measured)
          return mlir::getAffineSymbolExpr(i, &context);
      return {};
    };
    if (AffineExpr whole = given(text))
      return whole;
    auto formula = frontend::parseExtentFormula(text, &context);
    Extents parts = formula ? llvm::map_to_vector(formula->names, [&](auto &part) { return given(part); }) : Extents();
    if (!formula || llvm::is_contained(parts, AffineExpr()))
      return {};
    return graph::normalise(formula->expression.replaceDimsAndSymbols(parts, {}));
  };
  for (auto [axis, extent] : llvm::enumerate(extents)) {
    const auto &dim = shape.dim(int(axis));
    if (graph::lastMeasured(extent, dims) < 0)
      continue;
    AffineExpr said = dim.has_dim_param() ? extentOf(dim.dim_param()) : AffineExpr();
    if (dim.has_dim_value() && dim.dim_value() >= 0)
      said = builder.getAffineConstantExpr(dim.dim_value());
    if (said && said != extent)
      if (Value fitting = builder.withExtent(tensor, int64_t(axis), said))
        tensor = fitting;
  }
  return tensor;
}

int64_t Importer::opsetOf(llvm::StringRef domain) {
  for (Scope *s = scope; s; s = s->outer)
    if (auto found = s->opsets.find(standardDomain(domain)); found != s->opsets.end())
      return found->second;
  return 0;
}

llvm::Expected<Data> Importer::collect(llvm::ArrayRef<std::string> names, const llvm::Twine &what) {
  Data data;
  for (const std::string &name : names) {
    const Datum *datum = lookup(name);
    if (!firstError.empty())
      return error(what + ": " + std::exchange(firstError, ""));
    if (!datum || !*datum)
      return error(what + " '" + name + "' is not the result of any node");
    data.push_back(*datum);
  }
  return data;
}

//===- Nodes ---------------------------------------------------------------------------------------------------===//

llvm::Error Importer::importNodes(const NodeList &nodes, const llvm::StringSet<> &wanted) {
  auto sorted = sortNodes(nodes, wanted);
  if (!sorted)
    return sorted.takeError();
  for (const ::onnx::NodeProto *node : *sorted)
    if (llvm::Error failure = importNode(*node))
      return failure;
  return llvm::Error::success();
}

llvm::Error Importer::importNode(const ::onnx::NodeProto &node) {
  const int64_t opset = opsetOf(node.domain());
  if (++nodeCount > nodeLimit)
    return errorAt(node, opset, "the model has more than 2 million nodes after expansion of its functions");
  for (const std::string &input : node.input()) {
    if (input.empty() || lookup(input))
      continue;
    if (!firstError.empty())
      return errorAt(node, opset, std::exchange(firstError, ""));
    return errorAt(node, opset, "reads '" + input + "', which nothing produces");
  }
  for (const auto &function : model->proto().functions())
    if (function.name() == node.op_type() && standardDomain(function.domain()) == standardDomain(node.domain()) &&
        function.overload() == node.overload())
      return expand(node, function, /*fromSchema=*/false);
  if (bodyDepth == 0)
    ++counts[qualified(node)];
  if (opset == 0)
    return errorAt(node, opset,
                   "the model imports no opset of domain '" + standardDomain(node.domain()) +
                       "' and has no function of that name");
  const std::string domain = standardDomain(node.domain());
  const int64_t newest = newestOpset(domain);
  if (newest == 0)
    return errorAt(node, opset,
                   "operators of domain '" + domain + "' are not known; export the model with standard operators");
  if (opset > newest)
    return errorAt(node, opset,
                   "opset " + llvm::Twine(opset) + " is newer than " + llvm::Twine(newest) +
                       ", the newest that is known; export the model with an older one");
  if (std::string fault = verifyNode(node, opset); !fault.empty())
    return errorAt(node, opset, fault);
  // What an operator is given besides tensors is checked here, so that its file need not.
  for (int i = 0; i < node.input_size(); ++i) {
    const Datum *datum = node.input(i).empty() ? nullptr : lookup(node.input(i));
    if (!datum || takesForm(node, opset, i, Form::Optional))
      continue;
    if (datum->isEmptyOptional() || !takesForm(node, opset, i, datum->isTensor() ? Form::Tensor : Form::Sequence))
      return errorAt(node, opset,
                     "input " + llvm::Twine(i) + " ('" + node.input(i) + "') is " + datum->text() +
                         ", which the operator does not take");
    if (!datum->isTensor())
      continue;
    const int64_t dataType = dataTypeOf(compose().elementOf(datum->tensor()));
    const std::string given = llvm::StringRef(dataTypeName(dataType)).lower();
    if (const std::string taken = kindsTaken(node, opset, i, given); !taken.empty())
      return errorAt(node, opset,
                     "input " + llvm::Twine(i) + " ('" + node.input(i) + "') has elements of " + given +
                         ", the operator takes " + taken);
  }
  return convert(node, opset);
}

llvm::Error Importer::convert(const ::onnx::NodeProto &proto, int64_t opset) {
  Converter converter = findConverter(standardDomain(proto.domain()), proto.op_type());
  const bool hasHalves = readsHalves(proto);
  if (!converter) {
    if (hasHalves)
      return convertInF32(proto, opset);
    std::string fault;
    auto body = functionBody(proto, opset, inputTypes(proto), fault);
    if (body)
      return expand(proto, *body, /*fromSchema=*/true);
    if (!fault.empty())
      return errorAt(proto, opset, fault);
    return errorAt(proto, opset, "the operator is not supported");
  }
  mlir::Block *block = builder.getInsertionBlock();
  auto point = builder.getInsertionPoint();
  mlir::Operation *before = point == block->begin() ? nullptr : &*std::prev(point);
  if (bodyDepth == 0)
    builder.setLoc(mlir::NameLoc::get(builder.getStringAttr(titleOf(proto))));
  const mlir::Location location = builder.getLoc();
  Node node(*this, proto, opset);
  graph::Composition composition(builder);
  Data data;
  std::string diagnostic;
  {
    FirstError reported(&context);
    data = converter(node).data;
    diagnostic = reported.text();
  }
  builder.setLoc(location);
  // An error inside a subgraph names its own node already.
  if (llvm::StringRef(firstError).starts_with(model->name().str() + ": "))
    return llvm::createStringError(llvm::inconvertibleErrorCode(), std::exchange(firstError, ""));
  if (firstError.empty())
    firstError = diagnostic;
  if (!firstError.empty())
    return errorAt(proto, opset, std::exchange(firstError, ""));
  for (int i = 0; i < proto.output_size(); ++i)
    if (!proto.output(i).empty() && (i >= int(data.size()) || !data[i]))
      return errorAt(proto, opset, "output " + llvm::Twine(i) + " ('" + proto.output(i) + "') is not supported");
  // The nodes of subgraphs have been looked at themselves.
  const bool hasSubgraph = llvm::any_of(proto.attribute(), [](const auto &attribute) { return attribute.has_g(); });
  if (hasHalves && !hasSubgraph && composition.roundsHalvesInside()) {
    composition.erase();
    return convertInF32(proto, opset);
  }
  llvm::SmallVector<Value> results = flatten(data);
  nodeCount += results.size(); // what sequences hold counts as well
  // Later arithmetic on extents relies on sizes that fit.
  const auto dims = graph::getNamedDims(*moduleOp);
  for (Value result : results)
    if (result && compose().rankOf(result) > int64_t(abi::maxRank))
      return errorAt(proto, opset,
                     "a result has rank " + llvm::Twine(compose().rankOf(result)) + ", more than " +
                         llvm::Twine(abi::maxRank));
  for (Value result : results)
    if (result && !graph::boundedElementCount(result.getType(), dims))
      return refuseSize(errorAt(proto, opset, "a result" + sizeText(result.getType(), displayedDims())));
  if (builder.getInsertionBlock() == block && (!before || before->getBlock() == block)) {
    if (!before && block == entry)
      before = lastConstant;
    foldConstants(block, before, results);
    data = rebuild(data, results);
  }
  for (int i = 0; i < proto.output_size(); ++i) {
    if (proto.output(i).empty())
      continue;
    if (data[i].isTensor())
      data[i] = asDeclared(proto.output(i), data[i].tensor());
    if (llvm::Error failure = define(proto.output(i), std::move(data[i])))
      return failure;
  }
  return llvm::Error::success();
}

//===- The model -----------------------------------------------------------------------------------------------===//

llvm::Expected<frontend::Imported> Importer::run() {
  context.loadDialect<graph::GraphDialect, mlir::func::FuncDialect>();
  const auto &proto = model->proto();
  const auto &graph = proto.graph();
  if (!proto.has_graph() || graph.output_size() == 0)
    return error("holds no graph with outputs");
  moduleOp = mlir::ModuleOp::create(mlir::UnknownLoc::get(&context));
  graph::setNamedDims(*moduleOp, {});

  Scope top;
  Entered entered(*this, top);
  for (const auto &import : proto.opset_import())
    if (!top.opsets.try_emplace(standardDomain(import.domain()), import.version()).second)
      return error("imports two opsets of domain '" + import.domain() + "'");
  if (proto.opset_import_size() == 0)
    top.opsets[""] = 1; // of models older than IR version 3
  if (llvm::Error failure = addInitializers(graph))
    return failure;
  addDeclared(graph);

  auto inputs = readInputs(graph);
  if (!inputs)
    return inputs.takeError();
  if (llvm::Error failure = declareFormulas(*inputs))
    return failure;
  llvm::SmallVector<Type> types;
  llvm::StringSet<> inputNames;
  for (const frontend::Input &input : *inputs) {
    inputNames.insert(input.name);
    if (input.constant)
      continue;
    auto type = declareInput(input);
    if (!type)
      return type.takeError();
    types.push_back(*type);
    if (!top.initializers.contains(input.name))
      continue;
    auto value = defaultOf(input);
    if (!value)
      return value.takeError();
    defaults[input.name] = *value;
    top.initializers.erase(input.name);
  }
  auto function =
      mlir::func::FuncOp::create(mlir::UnknownLoc::get(&context), "run", mlir::FunctionType::get(&context, types, {}));
  moduleOp->push_back(function);
  entry = function.addEntryBlock();
  builder.setInsertionPointToEnd(entry);
  std::vector<std::shared_ptr<void>> keepAlive{model};
  unsigned argument = 0;
  for (const frontend::Input &input : *inputs) {
    if (!input.constant) {
      function.setArgAttr(argument, "graph.name", builder.getStringAttr(input.name));
      top.values[input.name] = valueOfInput(input, function.getArgument(argument++));
      continue;
    }
    llvm::SmallVector<int64_t> shape;
    for (const frontend::InputExtent &extent : *input.shape)
      shape.push_back(extent.number);
    auto value = constant(TensorBytes{input.element, shape, *input.constant}, input.name);
    if (!value)
      return value.takeError();
    top.initializers.erase(input.name);
    top.values[input.name] = *value;
    keepAlive.push_back(input.constant);
  }
  holdInputs();

  llvm::StringSet<> wanted;
  llvm::SmallVector<std::string> outputs;
  for (const auto &output : graph.output()) {
    if (output.name().empty())
      return error("an output has no name");
    if (wanted.insert(output.name()).second)
      outputs.push_back(output.name());
    else
      notes.push_back("output '" + output.name() + "' is listed more than once; the module has it once");
  }
  if (llvm::Error failure = importNodes(listOf(graph.node()), wanted))
    return failure;
  auto data = collect(outputs, "output");
  if (!data)
    return data.takeError();
  auto names = nameOutputs(outputs, *data);
  if (!names)
    return names.takeError();
  const llvm::SmallVector<Value> results = flatten(*data);
  for (const auto &name : measured.names) {
    usedDimNames.insert(name.first());
    dimPlaces.try_emplace(name.first(), "computed by the run");
  }
  if (llvm::Error unknown =
          frontend::refuseUnknownDims(options, usedDimNames, llvm::to_vector(dimPlaces.keys()), inputNames))
    return error(llvm::toString(std::move(unknown)));

  builder.setLoc(mlir::UnknownLoc::get(&context));
  mlir::func::ReturnOp::create(builder, builder.getLoc(), results);
  function.setFunctionType(mlir::FunctionType::get(&context, types, mlir::ValueRange(results).getTypes()));
  for (auto [i, name] : llvm::enumerate(*names))
    function.setResultAttr(i, "graph.name", builder.getStringAttr(name));
  llvm::SmallVector<mlir::NamedAttribute> operators;
  for (const auto &count : counts)
    operators.push_back(builder.getNamedAttr(count.first(), builder.getI64IntegerAttr(count.second)));
  (*moduleOp)->setAttr("graph.operators", builder.getDictionaryAttr(operators));

  if (FirstError invalid(&context); mlir::failed(moduleOp->verify()))
    return error(withNames(invalid.text().empty() ? "the graph is not valid" : invalid.text()));

  frontend::lowerBoundsToRequired(*moduleOp, options);
  for (const graph::NamedDim &dim : graph::getNamedDims(*moduleOp))
    if (!fixedDims.contains(dim.name) && !dim.measured && !formulas.contains(dim.name))
      notes.push_back("dimension '" + dim.name + "' (" + dimPlaces[dim.name] + ") is " + std::to_string(dim.min) +
                      ".." + std::to_string(dim.max) + "; --dim " + dim.name + "=N or --dim " + dim.name +
                      "=MIN..MAX sets it");
  llvm::append_range(notes, measured.notes);
  return frontend::Imported{std::move(moduleOp), std::move(keepAlive), model->dataFiles(),
                            std::move(defaults), std::move(notes),     measured.hasDefaultBounds};
}

llvm::Expected<frontend::Imported> importOnnx(mlir::MLIRContext &context, llvm::StringRef path,
                                              const frontend::ImportOptions &options) {
  auto model = Model::read(path);
  if (!model)
    return model.takeError();
  return Importer(*model, context, options).run();
}

llvm::Expected<frontend::Imported> importOnnxBytes(mlir::MLIRContext &context, llvm::StringRef bytes,
                                                   llvm::StringRef name, llvm::StringRef directory, bool isText,
                                                   const frontend::ImportOptions &options) {
  auto model = Model::parse(bytes, name, directory, isText);
  if (!model)
    return model.takeError();
  return Importer(*model, context, options).run();
}

} // namespace wasmind::onnx
