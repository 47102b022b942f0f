//===- Functions.cpp - functions are expanded in place, subgraphs imported where they are run ---------------------===//
#include "compiler/frontend/onnx/Importer.h"
#include "compiler/frontend/onnx/Schema.h"
#include "llvm/ADT/ScopeExit.h"

namespace wasmind::onnx {
namespace {

constexpr unsigned depthLimit = 64; // of subgraphs and function bodies within one another

/// Whether an attribute of a function body's node, or of one in its subgraphs, takes the value of one of the call's.
bool refersToCaller(const ::onnx::NodeProto &node) {
  return llvm::any_of(node.attribute(), [](const ::onnx::AttributeProto &attribute) {
    return !attribute.ref_attr_name().empty() ||
           (attribute.has_g() && llvm::any_of(attribute.g().node(), refersToCaller)) ||
           llvm::any_of(attribute.graphs(),
                        [](const auto &graph) { return llvm::any_of(graph.node(), refersToCaller); });
  });
}

// Attributes of a function body's node that refer to the calling node's take their values.
void bindAttributes(::onnx::NodeProto &node, const ::onnx::NodeProto &caller) {
  auto *attributes = node.mutable_attribute();
  for (int i = attributes->size() - 1; i >= 0; --i) {
    ::onnx::AttributeProto &attribute = *attributes->Mutable(i);
    if (!attribute.ref_attr_name().empty()) {
      auto found =
          llvm::find_if(caller.attribute(), [&](const auto &a) { return a.name() == attribute.ref_attr_name(); });
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

std::vector<::onnx::TypeProto> Importer::inputTypes(const ::onnx::NodeProto &node) {
  std::vector<::onnx::TypeProto> types;
  for (const std::string &input : node.input()) {
    types.emplace_back();
    const Datum *found = input.empty() ? nullptr : lookup(input);
    if (!found || found->isEmptyOptional())
      continue;
    if (!found->isTensor()) {
      const Type held = found->parts() ? builder.elementOf(found->parts()->whole) : found->sequence()->element;
      auto *element = types.back().mutable_sequence_type()->mutable_elem_type()->mutable_tensor_type();
      element->set_elem_type(held ? static_cast<int>(dataTypeOf(held)) : 0);
      continue;
    }
    auto type = mlir::cast<mlir::RankedTensorType>(found->tensor().getType());
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

llvm::Error Importer::expand(const ::onnx::NodeProto &node, const ::onnx::FunctionProto &function, bool fromSchema) {
  const int64_t opset = opsetOf(node.domain());
  const std::string key = qualified(node) + ":" + node.overload();
  if (llvm::is_contained(expanding, key))
    return errorAt(node, opset, "the function calls itself, directly or through others");
  if (depth >= depthLimit)
    return errorAt(node, opset, "functions call one another more than " + llvm::Twine(depthLimit) + " deep");
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
  if (fromSchema) // a body may use standard operators without saying which opset
    inner.opsets[""] = opsetOf("");
  for (const auto &import : function.opset_import())
    inner.opsets[standardDomain(import.domain())] = import.version();
  for (int i = 0; i < function.input_size(); ++i)
    if (i < node.input_size() && !node.input(i).empty())
      inner.values[function.input(i)] = *lookup(node.input(i));

  llvm::StringSet<> wanted;
  llvm::SmallVector<std::string> outputs;
  for (int i = 0; i < node.output_size(); ++i)
    if (!node.output(i).empty()) {
      outputs.push_back(function.output(i));
      wanted.insert(function.output(i));
    }
  llvm::StringSet<> missing; // inputs left out by the caller are left out in the body, too
  for (int i = 0; i < function.input_size(); ++i)
    if (!inner.values.contains(function.input(i)))
      missing.insert(function.input(i));
  // What the call changes is a copy. Constants point into the nodes, so copies stay with the model, as the nodes of its
  // own functions do.
  NodeList nodes;
  for (const auto &bodyNode : function.node()) {
    const bool readsMissing =
        llvm::any_of(bodyNode.input(), [&](const auto &input) { return missing.contains(input); });
    if (!fromSchema && !readsMissing && !refersToCaller(bodyNode)) {
      nodes.push_back(&bodyNode);
      continue;
    }
    ::onnx::NodeProto bound = bodyNode;
    bindAttributes(bound, caller);
    for (std::string &input : *bound.mutable_input())
      if (missing.contains(input))
        input.clear();
    const ::onnx::NodeProto *copy = model->keep(std::move(bound));
    if (!copy)
      return errorAt(node, opset, "the attributes that functions of the model are called with take too much memory");
    nodes.push_back(copy);
  }

  Data values;
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
    if (llvm::Error failure = importNodes(nodes, wanted)) {
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

llvm::Expected<Data> Importer::importSubgraph(const ::onnx::GraphProto &graph, llvm::ArrayRef<Datum> arguments) {
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
  addDeclared(graph);
  llvm::StringSet<> wanted;
  llvm::SmallVector<std::string> outputs;
  for (const auto &output : graph.output()) {
    wanted.insert(output.name());
    outputs.push_back(output.name());
  }
  if (llvm::Error failure = importNodes(listOf(graph.node()), wanted))
    return failure;
  builder.setLoc(location);
  return collect(outputs, "output of subgraph '" + graph.name() + "'");
}

} // namespace wasmind::onnx
