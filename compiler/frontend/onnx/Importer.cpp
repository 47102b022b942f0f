#include "compiler/frontend/onnx/Importer.h"
#include "compiler/frontend/onnx/Schema.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/Regex.h"

namespace wasmind::onnx {
namespace {

constexpr unsigned depthLimit = 64;           // of subgraphs and function bodies within one another
constexpr uint64_t nodeLimit = 2'000'000;     // after expansion of functions
constexpr int64_t leadingMax = 8, otherMax = 640;

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

// Names that a node reads: its inputs, and whatever its subgraphs read (also names that they define themselves, which
// does no harm: it only keeps a node of the same name).
void namesRead(const ::onnx::NodeProto &node, llvm::StringSet<> &names) {
  for (const std::string &input : node.input())
    names.insert(input);
  auto graph = [&](const ::onnx::GraphProto &g) {
    for (const auto &inner : g.node())
      namesRead(inner, names);
    for (const auto &output : g.output())
      names.insert(output.name());
  };
  for (const auto &attribute : node.attribute()) {
    if (attribute.has_g())
      graph(attribute.g());
    for (const auto &g : attribute.graphs())
      graph(g);
  }
}

// Attributes of a function body's node that refer to the calling node's take their values.
void bindAttributes(::onnx::NodeProto &node, const ::onnx::NodeProto &caller) {
  auto *attributes = node.mutable_attribute();
  for (int i = attributes->size() - 1; i >= 0; --i) {
    ::onnx::AttributeProto &attribute = *attributes->Mutable(i);
    if (!attribute.ref_attr_name().empty()) {
      auto found = llvm::find_if(caller.attribute(), [&](const auto &a) { return a.name() == attribute.ref_attr_name(); });
      if (found == caller.attribute().end()) {
        attributes->DeleteSubrange(i, 1);
        continue;
      }
      const std::string name = attribute.name();
      attribute = *found;
      attribute.set_name(name);
    }
    if (attribute.has_g())
      for (auto &inner : *attribute.mutable_g()->mutable_node())
        bindAttributes(inner, caller);
    for (auto &g : *attribute.mutable_graphs())
      for (auto &inner : *g.mutable_node())
        bindAttributes(inner, caller);
  }
}

} // namespace

// Makes a scope the current one for its lifetime.
class Importer::Entered {
public:
  Entered(Importer &importer, Scope &inner) : importer(importer), outer(importer.scope) { importer.scope = &inner; }
  ~Entered() { importer.scope = outer; }

private:
  Importer &importer;
  Scope *outer;
};

Importer::Importer(std::shared_ptr<Model> model, mlir::MLIRContext &context, const ImportOptions &options)
    : model(std::move(model)), context(context), options(options),
      builder(mlir::UnknownLoc::get(&context), &context) {}

llvm::Error Importer::error(const llvm::Twine &text) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), model->name() + ": " + text);
}

llvm::Error Importer::errorAt(const ::onnx::NodeProto &node, int64_t opset, const llvm::Twine &text) {
  std::string kind = qualified(node);
  if (opset > 0)
    kind += ", opset " + std::to_string(opset);
  return error("node '" + titleOf(node) + "' (" + kind + "): " + withNames(text.str()));
}

void Importer::nodeError(const llvm::Twine &text) {
  if (firstError.empty())
    firstError = text.str();
}

// Diagnostics of the dialect know dimensions by number (s0); users by name.
std::string Importer::withNames(llvm::StringRef text) {
  auto dims = moduleOp ? graph::getNamedDims(*moduleOp) : llvm::SmallVector<graph::NamedDim>();
  std::string result;
  for (size_t i = 0; i < text.size();) {
    const bool wordStart = i == 0 || !(llvm::isAlnum(text[i - 1]) || text[i - 1] == '_');
    size_t end = i + 1;
    while (end < text.size() && llvm::isDigit(text[end]))
      ++end;
    unsigned number = 0;
    if (text[i] == 's' && wordStart && end > i + 1 && (end == text.size() || !llvm::isAlpha(text[end])) &&
        !text.slice(i + 1, end).getAsInteger(10, number) && number < dims.size()) {
      result += dims[number].name;
      i = end;
    } else {
      result += text[i] == '\n' ? ' ' : text[i];
      ++i;
    }
  }
  return result;
}

//===- Inputs and dimensions ------------------------------------------------------------------------------------===//

llvm::Expected<AffineExpr> Importer::declareExtent(llvm::StringRef input, int64_t axis,
                                                   const ::onnx::TensorShapeProto::Dimension &dim) {
  if (dim.has_dim_value() && dim.dim_value() >= 0)
    return mlir::getAffineConstantExpr(dim.dim_value(), &context);
  std::string name = dim.has_dim_param() && !dim.dim_param().empty() ? dim.dim_param()
                                                                     : input.str() + "." + std::to_string(axis);
  const std::string place = "axis " + std::to_string(axis) + " of input '" + input.str() + "'";
  dimPlaces.try_emplace(name, place);
  auto given = options.dims.find(name);
  if (given != options.dims.end()) {
    auto [min, max] = given->second;
    usedDimNames.insert(name);
    if (min < 0 || max < min || max > INT32_MAX)
      return error("--dim " + llvm::Twine(name) + "=" + llvm::Twine(min) + ".." + llvm::Twine(max) + " is not a range of extents");
    if (min == max)
      return mlir::getAffineConstantExpr(min, &context);
    fixedDims.insert(name);
    return graph::declareDim(*moduleOp, name, min, max);
  }
  return graph::declareDim(*moduleOp, name, 1, axis == 0 ? leadingMax : otherMax);
}

llvm::Error Importer::declareInput(const ::onnx::ValueInfoProto &input, llvm::SmallVectorImpl<Type> &types) {
  const std::string what = "input '" + input.name() + "'";
  if (!input.type().has_tensor_type())
    return error(what + " is not a tensor; sequences, maps, optionals and sparse tensors are not supported as inputs");
  const auto &tensor = input.type().tensor_type();
  Type element = elementTypeOf(tensor.elem_type(), &context);
  if (!element)
    return error(what + " has element type " + dataTypeName(tensor.elem_type()) + ", which is not supported");
  if (!tensor.has_shape())
    return error(what + " has no shape, not even a rank; run ONNX shape inference on the model or declare it");
  Extents extents;
  for (int axis = 0; axis < tensor.shape().dim_size(); ++axis) {
    auto extent = declareExtent(input.name(), axis, tensor.shape().dim(axis));
    if (!extent)
      return extent.takeError();
    extents.push_back(*extent);
  }
  types.push_back(graph::makeTensorType(extents, element));
  return llvm::Error::success();
}

bool Importer::setBounds(AffineExpr extent, int64_t limit, bool upper) {
  auto dims = graph::getNamedDims(*moduleOp);
  auto holds = [&] {
    auto [min, max] = graph::boundsOf(extent, dims);
    return upper ? max <= limit : min >= limit;
  };
  if (holds())
    return true;
  std::optional<unsigned> symbol;
  bool single = true;
  extent.walk([&](AffineExpr part) {
    if (auto s = mlir::dyn_cast<mlir::AffineSymbolExpr>(part)) {
      single &= !symbol || *symbol == s.getPosition();
      symbol = s.getPosition();
    }
  });
  if (!symbol || !single || *symbol >= dims.size() || fixedDims.contains(dims[*symbol].name))
    return false;
  // Extents grow with their dimension nearly always, so the bound nearest to the present one is found by halving.
  graph::NamedDim &dim = dims[*symbol];
  int64_t good = upper ? dim.min : dim.max, bad = upper ? dim.max : dim.min;
  int64_t &bound = upper ? dim.max : dim.min;
  bound = good;
  if (!holds())
    return false;
  while (std::abs(good - bad) > 1) {
    bound = good + (bad - good) / 2;
    (holds() ? good : bad) = bound;
  }
  bound = good;
  graph::setNamedDims(*moduleOp, dims);
  return true;
}

bool Importer::lowerMax(AffineExpr extent, int64_t limit) { return setBounds(extent, limit, true); }
bool Importer::raiseMin(AffineExpr extent, int64_t limit) { return setBounds(extent, limit, false); }

//===- Names ------------------------------------------------------------------------------------------------------===//

llvm::Expected<Value> Importer::constant(const ::onnx::TensorProto &tensor, llvm::StringRef name) {
  auto bytes = model->tensor(tensor, &context);
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
  Value value = bytes->bytes.size() <= inlineBytes ? graph::makeConstant(builder, location, type, bytes->bytes)
                                                   : graph::makeMappedConstant(builder, location, type, name, bytes->bytes);
  lastConstant = value.getDefiningOp();
  return value;
}

Value Importer::lookup(llvm::StringRef name) {
  for (Scope *s = scope; s; s = s->outer) {
    if (auto found = s->values.find(name); found != s->values.end())
      return found->second;
    auto initializer = s->initializers.find(name);
    if (initializer == s->initializers.end())
      continue;
    auto value = constant(*initializer->second, name);
    if (!value) {
      nodeError("initializer '" + name + "': " + llvm::toString(value.takeError()));
      return {};
    }
    s->values[name] = *value;
    return *value;
  }
  return {};
}

llvm::Error Importer::define(llvm::StringRef name, Value value) {
  if (scope->initializers.contains(name) || !scope->values.try_emplace(name, value).second)
    return error("the name '" + name + "' is defined twice");
  return llvm::Error::success();
}

llvm::Error Importer::addInitializers(const ::onnx::GraphProto &graph) {
  for (const auto &tensor : graph.initializer()) {
    if (tensor.name().empty())
      return error("an initializer has no name");
    if (scope->values.contains(tensor.name()) || !scope->initializers.try_emplace(tensor.name(), &tensor).second)
      return error("the name '" + tensor.name() + "' is defined twice");
  }
  if (graph.sparse_initializer_size() > 0)
    return error("sparse initializer '" + graph.sparse_initializer(0).values().name() + "' is not supported; store it dense");
  return llvm::Error::success();
}

int64_t Importer::opsetOf(llvm::StringRef domain) {
  for (Scope *s = scope; s; s = s->outer)
    if (auto found = s->opsets.find(standardDomain(domain)); found != s->opsets.end())
      return found->second;
  return 0;
}

llvm::Expected<llvm::SmallVector<Value>> Importer::collect(llvm::ArrayRef<std::string> names, const llvm::Twine &what) {
  llvm::SmallVector<Value> values;
  for (const std::string &name : names) {
    Value value = lookup(name);
    if (!firstError.empty())
      return error(what + ": " + std::exchange(firstError, ""));
    if (!value)
      return error(what + " '" + name + "' is not the result of any node");
    values.push_back(value);
  }
  return values;
}

//===- Nodes --------------------------------------------------------------------------------------------------------===//

template <typename Nodes> llvm::Error Importer::importNodes(const Nodes &nodes, llvm::StringSet<> wanted) {
  for (const auto &node : nodes)
    for (const std::string &output : node.output())
      if (!output.empty() && !scope->producers.try_emplace(output, &node).second)
        return error("the name '" + output + "' is defined twice: by nodes '" +
                     titleOf(*scope->producers[output]) + "' and '" + titleOf(node) + "'");
  // Nodes that nothing reads are left out, from the last to the first.
  llvm::SmallVector<const ::onnx::NodeProto *> needed;
  for (int i = nodes.size() - 1; i >= 0; --i)
    if (llvm::any_of(nodes[i].output(), [&](const std::string &name) { return wanted.contains(name); })) {
      namesRead(nodes[i], wanted);
      needed.push_back(&nodes[i]);
    }
  for (const ::onnx::NodeProto *node : llvm::reverse(needed))
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
    const ::onnx::NodeProto *producer = nullptr;
    for (Scope *s = scope; s && !producer; s = s->outer)
      if (auto found = s->producers.find(input); found != s->producers.end())
        producer = found->second;
    if (producer)
      return errorAt(node, opset, "reads '" + input + "' before node '" + titleOf(*producer) +
                                      "' produces it (a cycle, or nodes out of topological order)");
    return errorAt(node, opset, "reads '" + input + "', which nothing produces");
  }
  for (const auto &function : model->proto().functions())
    if (function.name() == node.op_type() && standardDomain(function.domain()) == standardDomain(node.domain()) &&
        function.overload() == node.overload())
      return expand(node, function, /*fromSchema=*/false);
  if (bodyDepth == 0)
    ++counts[qualified(node)];
  if (opset == 0)
    return errorAt(node, opset, "the model imports no opset of domain '" + standardDomain(node.domain()) +
                                    "' and has no function of that name");
  const std::string domain = standardDomain(node.domain());
  const int64_t newest = newestOpset(domain);
  if (newest == 0)
    return errorAt(node, opset, "operators of domain '" + domain + "' are not known; export the model with standard operators");
  if (opset > newest)
    return errorAt(node, opset, "opset " + llvm::Twine(opset) + " is newer than " + llvm::Twine(newest) +
                                    ", the newest that is known; export the model with an older one");
  if (std::string fault = verifyNode(node, opset); !fault.empty())
    return errorAt(node, opset, fault);
  return convert(node, opset);
}

std::vector<::onnx::TypeProto> Importer::inputTypes(const ::onnx::NodeProto &node) {
  std::vector<::onnx::TypeProto> types;
  for (const std::string &input : node.input()) {
    types.emplace_back();
    Value value = input.empty() ? Value() : lookup(input);
    if (!value)
      continue;
    auto type = mlir::cast<mlir::RankedTensorType>(value.getType());
    auto *tensor = types.back().mutable_tensor_type();
    tensor->set_elem_type(static_cast<int>(dataTypeOf(type.getElementType())));
    auto *shape = tensor->mutable_shape();
    for (int64_t extent : type.getShape()) {
      auto *dim = shape->add_dim();
      if (!mlir::ShapedType::isDynamic(extent))
        dim->set_dim_value(extent);
    }
  }
  return types;
}

llvm::Error Importer::convert(const ::onnx::NodeProto &proto, int64_t opset) {
  Converter converter = findConverter(standardDomain(proto.domain()), proto.op_type());
  if (!converter) {
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
  llvm::SmallVector<Value, 2> results;
  {
    mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &message) {
      if (message.getSeverity() == mlir::DiagnosticSeverity::Error && diagnostic.empty())
        diagnostic = message.str();
      return mlir::success();
    });
    results = converter(node).values;
  }
  builder.setLoc(location);
  // An error inside a subgraph names its own node already.
  if (llvm::StringRef(firstError).starts_with(model->name().str() + ": "))
    return llvm::createStringError(llvm::inconvertibleErrorCode(), std::exchange(firstError, ""));
  if (firstError.empty())
    firstError = diagnostic;
  diagnostic.clear();
  if (!firstError.empty())
    return errorAt(proto, opset, std::exchange(firstError, ""));
  for (int i = 0; i < proto.output_size(); ++i)
    if (!proto.output(i).empty() && (i >= int(results.size()) || !results[i]))
      return errorAt(proto, opset, "output " + llvm::Twine(i) + " ('" + proto.output(i) + "') is not supported");
  if (builder.getInsertionBlock() == block && (!before || before->getBlock() == block)) {
    if (!before && block == entry)
      before = lastConstant;
    foldConstants(block, before, results, graph::getNamedDims(*moduleOp));
  }
  for (int i = 0; i < proto.output_size(); ++i)
    if (!proto.output(i).empty())
      if (llvm::Error failure = define(proto.output(i), results[i]))
        return failure;
  return llvm::Error::success();
}

//===- Subgraphs and functions ------------------------------------------------------------------------------------------===//

llvm::Error Importer::expand(const ::onnx::NodeProto &node, const ::onnx::FunctionProto &function, bool fromSchema) {
  const int64_t opset = opsetOf(node.domain());
  const std::string key = qualified(node) + ":" + node.overload();
  if (llvm::is_contained(expanding, key) || depth >= depthLimit)
    return errorAt(node, opset, "the function calls itself, directly or through others");
  if (node.input_size() > function.input_size() || node.output_size() > function.output_size())
    return errorAt(node, opset, "has more inputs or outputs than its function");

  ::onnx::NodeProto caller = node;
  if (fromSchema)
    addDefaultAttributes(caller, opset);
  for (const auto &attribute : function.attribute_proto())
    if (llvm::none_of(caller.attribute(), [&](const auto &a) { return a.name() == attribute.name(); }))
      *caller.add_attribute() = attribute;

  const mlir::Location location = builder.getLoc();
  if (bodyDepth == 0)
    builder.setLoc(mlir::NameLoc::get(builder.getStringAttr(titleOf(node))));
  Scope inner;
  for (const auto &import : function.opset_import())
    inner.opsets[standardDomain(import.domain())] = import.version();
  for (int i = 0; i < function.input_size(); ++i)
    if (i < node.input_size() && !node.input(i).empty())
      inner.values[function.input(i)] = lookup(node.input(i));

  llvm::StringSet<> wanted;
  llvm::SmallVector<std::string> outputs;
  for (int i = 0; i < node.output_size(); ++i)
    if (!node.output(i).empty()) {
      outputs.push_back(function.output(i));
      wanted.insert(function.output(i));
    }
  // Constants point into the nodes, so these stay with the model.
  auto &nodes = model->keep(std::vector<::onnx::NodeProto>(function.node().begin(), function.node().end()));
  llvm::StringSet<> missing; // inputs left out by the caller are left out in the body, too
  for (int i = 0; i < function.input_size(); ++i)
    if (!inner.values.contains(function.input(i)))
      missing.insert(function.input(i));
  for (auto &bodyNode : nodes) {
    bindAttributes(bodyNode, caller);
    for (std::string &input : *bodyNode.mutable_input())
      if (missing.contains(input))
        input.clear();
  }

  llvm::SmallVector<Value> values;
  {
    Entered entered(*this, inner);
    expanding.push_back(key);
    ++depth;
    bodyDepth += fromSchema;
    llvm::scope_exit leave([&] {
      expanding.pop_back();
      --depth;
      bodyDepth -= fromSchema;
    });
    if (llvm::Error failure = importNodes(nodes, std::move(wanted))) {
      if (!fromSchema)
        return failure;
      std::string text = llvm::toString(std::move(failure));
      return errorAt(node, opset, "in its definition: " + llvm::StringRef(text).drop_front(model->name().size() + 2));
    }
    auto collected = collect(outputs, "output of function '" + function.name() + "'");
    if (!collected)
      return collected.takeError();
    values = *collected;
  }
  builder.setLoc(location);
  unsigned next = 0;
  for (const std::string &output : node.output())
    if (!output.empty())
      if (llvm::Error failure = define(output, values[next++]))
        return failure;
  return llvm::Error::success();
}

llvm::Expected<llvm::SmallVector<Value>> Importer::importSubgraph(const ::onnx::GraphProto &graph,
                                                                  llvm::ArrayRef<Value> arguments) {
  if (depth >= depthLimit)
    return error("subgraphs are nested more than " + llvm::Twine(depthLimit) + " deep");
  Scope inner;
  inner.outer = scope;
  Entered entered(*this, inner);
  ++depth;
  llvm::scope_exit leave([&] { --depth; });
  const mlir::Location location = builder.getLoc();
  for (int i = 0; i < graph.input_size(); ++i)
    if (llvm::Error failure = define(graph.input(i).name(), arguments[i]))
      return failure;
  if (llvm::Error failure = addInitializers(graph))
    return failure;
  llvm::StringSet<> wanted;
  llvm::SmallVector<std::string> outputs;
  for (const auto &output : graph.output()) {
    wanted.insert(output.name());
    outputs.push_back(output.name());
  }
  if (llvm::Error failure = importNodes(graph.node(), std::move(wanted)))
    return failure;
  builder.setLoc(location);
  return collect(outputs, "output of subgraph '" + graph.name() + "'");
}

//===- The model ----------------------------------------------------------------------------------------------------===//

llvm::Expected<Imported> Importer::run() {
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

  llvm::SmallVector<Type> types;
  llvm::SmallVector<std::string> names;
  for (const auto &input : graph.input()) {
    if (top.initializers.contains(input.name()))
      continue; // an input with a default value is a constant
    if (llvm::is_contained(names, input.name()) || input.name().empty())
      return error("the name '" + input.name() + "' is defined twice");
    if (llvm::Error failure = declareInput(input, types))
      return failure;
    names.push_back(input.name());
  }
  for (const auto &given : options.dims)
    if (!usedDimNames.contains(given.first())) {
      std::string known;
      for (const auto &place : dimPlaces)
        known += (known.empty() ? "" : ", ") + place.first().str();
      return error("--dim " + given.first() + ": no dimension of that name; the inputs have " +
                   (known.empty() ? "static shapes only" : known));
    }

  auto function = mlir::func::FuncOp::create(mlir::UnknownLoc::get(&context), "run",
                                             mlir::FunctionType::get(&context, types, {}));
  moduleOp->push_back(function);
  entry = function.addEntryBlock();
  builder.setInsertionPointToEnd(entry);
  for (auto [i, name] : llvm::enumerate(names)) {
    function.setArgAttr(i, "graph.name", builder.getStringAttr(name));
    top.values[name] = function.getArgument(i);
  }

  llvm::StringSet<> wanted;
  llvm::SmallVector<std::string> outputs;
  for (const auto &output : graph.output()) {
    wanted.insert(output.name());
    outputs.push_back(output.name());
  }
  if (llvm::Error failure = importNodes(graph.node(), std::move(wanted)))
    return failure;
  auto results = collect(outputs, "output");
  if (!results)
    return results.takeError();

  builder.setLoc(mlir::UnknownLoc::get(&context));
  mlir::func::ReturnOp::create(builder, builder.getLoc(), *results);
  function.setFunctionType(mlir::FunctionType::get(&context, types, mlir::ValueRange(*results).getTypes()));
  for (auto [i, name] : llvm::enumerate(outputs))
    function.setResultAttr(i, "graph.name", builder.getStringAttr(name));
  llvm::SmallVector<mlir::NamedAttribute> operators;
  for (const auto &count : counts)
    operators.push_back(builder.getNamedAttr(count.first(), builder.getI64IntegerAttr(count.second)));
  (*moduleOp)->setAttr("graph.operators", builder.getDictionaryAttr(operators));

  std::string fault;
  {
    mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &message) {
      if (fault.empty())
        fault = message.str();
      return mlir::success();
    });
    if (mlir::failed(moduleOp->verify()) && fault.empty())
      fault = "the graph is not valid";
  }
  if (!fault.empty())
    return error(withNames(fault));

  for (const graph::NamedDim &dim : graph::getNamedDims(*moduleOp))
    if (!fixedDims.contains(dim.name))
      notes.push_back("dimension '" + dim.name + "' (" + dimPlaces[dim.name] + ") is " + std::to_string(dim.min) + ".." +
                      std::to_string(dim.max) + "; --dim " + dim.name + "=N or --dim " + dim.name + "=MIN..MAX sets it");
  return Imported{std::move(moduleOp), model, std::move(notes)};
}

llvm::Expected<Imported> importOnnx(mlir::MLIRContext &context, llvm::StringRef path, const ImportOptions &options) {
  auto model = Model::read(path);
  if (!model)
    return model.takeError();
  return Importer(*model, context, options).run();
}

llvm::Expected<Imported> importOnnxBytes(mlir::MLIRContext &context, llvm::StringRef bytes, llvm::StringRef name,
                                         llvm::StringRef directory, bool isText, const ImportOptions &options) {
  auto model = Model::parse(bytes, name, directory, isText);
  if (!model)
    return model.takeError();
  return Importer(*model, context, options).run();
}

} // namespace wasmind::onnx
