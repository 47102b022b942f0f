#include "compiler/frontend/onnx/Schema.h"
#include "onnx/defs/operator_sets.h"
#include "onnx/defs/operator_sets_ml.h"
#include "onnx/defs/operator_sets_preview.h"
#include "onnx/defs/operator_sets_training.h"
#include "onnx/defs/parser.h"
#include "onnx/defs/schema.h"
#include "onnx/shape_inference/implementation.h"
#include <algorithm>
#include <array>
#include <exception>
#include <mutex>

namespace wasmind::onnx {
namespace {

// Registration takes some ten milliseconds, so it waits for the first model.
void registerSchemas() {
  static std::once_flag once;
  std::call_once(once, [] {
    ::onnx::RegisterOnnxOperatorSetSchema();
    ::onnx::RegisterOnnxMLOperatorSetSchema();
    ::onnx::RegisterOnnxTrainingOperatorSetSchema();
    ::onnx::RegisterOnnxPreviewOperatorSetSchema();
  });
}

const ::onnx::OpSchema *findSchema(const ::onnx::NodeProto &node, int64_t opset) {
  registerSchemas();
  const std::string domain = node.domain() == "ai.onnx" ? "" : node.domain();
  return ::onnx::OpSchemaRegistry::Schema(node.op_type(), static_cast<int>(opset), domain);
}

// One line, without the node's name with which the library starts ("Node(conv1) with schema(::Conv:11) has input ...",
// "Node (conv1)'s input 1 ..."), which our errors have already.
std::string tidy(std::string text, const std::string &nodeName) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  if (size_t schema = text.find(" with schema("); schema != std::string::npos && text.rfind("Node", 0) == 0) {
    if (size_t end = text.find(") ", schema); end != std::string::npos)
      text.erase(0, end + 2);
  } else if (const std::string prefix = "Node (" + nodeName + ")"; text.rfind(prefix, 0) == 0) {
    text.erase(0, prefix.size());
    text.erase(0, text.rfind("'s ", 0) == 0 ? 3 : 1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '.'))
    text.pop_back();
  return text;
}

// The library's parser calls itself for what stands inside brackets, so their depth is counted before it sees them.
// Strings and comments end here where they end there.
std::string checkNesting(std::string_view text) {
  constexpr unsigned nestingLimit = 256;
  unsigned depth = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') {
      for (++at; at < text.size() && text[at] != '"'; ++at)
        at += text[at] == '\\';
    } else if (c == '#') {
      at = std::min(text.find('\n', at), text.size());
    } else if (c == '(' || c == '[' || c == '{' || c == '<') {
      if (++depth > nestingLimit)
        return "brackets are nested more than " + std::to_string(nestingLimit) + " deep at byte " + std::to_string(at);
    } else if (c == ')' || c == ']' || c == '}' || (c == '>' && (at == 0 || text[at - 1] != '='))) {
      depth -= depth > 0;
    }
  }
  return "";
}

// Why the operator is not there in this opset: it came later, or does not exist.
std::string absence(const ::onnx::NodeProto &node, int64_t opset) {
  const int64_t newest = newestOpset(node.domain());
  for (int64_t later = opset + 1; later <= newest; ++later)
    if (findSchema(node, later))
      return "the operator exists since opset " + std::to_string(later) + "; export the model with that one";
  return "no such operator";
}

} // namespace

std::string parseText(std::string_view text, ::onnx::ModelProto &model) try {
  if (std::string fault = checkNesting(text); !fault.empty())
    return fault;
  ::onnx::OnnxParser parser(text);
  auto status = parser.Parse(model);
  if (!status.IsOK())
    return tidy(status.ErrorMessage().empty() ? "malformed text" : status.ErrorMessage(), "");
  return parser.EndOfInput() ? "" : "text after the end of the model";
} catch (const std::exception &error) {
  return tidy(error.what(), "");
}

int64_t newestOpset(const std::string &domain) {
  const auto &versions = ::onnx::OpSchemaRegistry::DomainToVersionRange::Instance().Map();
  auto found = versions.find(domain == "ai.onnx" ? "" : domain);
  return found == versions.end() ? 0 : found->second.second;
}

std::string verifyNode(const ::onnx::NodeProto &node, int64_t opset) try {
  const ::onnx::OpSchema *schema = findSchema(node, opset);
  if (!schema)
    return absence(node, opset);
  // The library verifies no deprecated version, which models have all the same; its neighbour takes the same inputs and
  // attributes: the version before it, or (GroupNormalization, deprecated from its first) the one after.
  if (schema->Deprecated()) {
    const auto version = schema->since_version();
    const ::onnx::OpSchema *neighbour = findSchema(node, version - 1);
    for (int64_t next = opset + 1; !neighbour && next <= newestOpset(node.domain()); ++next)
      if (const ::onnx::OpSchema *later = findSchema(node, next); later && !later->Deprecated())
        neighbour = later;
    schema = neighbour ? neighbour : schema;
  }
  schema->Verify(node);
  // The library asks this of single inputs only: an entry of a variadic list cannot be left out either.
  const size_t declared = schema->inputs().size();
  const bool isVariadic = declared > 0 && schema->inputs().back().GetOption() == ::onnx::OpSchema::Variadic;
  for (size_t i = declared - 1; isVariadic && i < size_t(node.input_size()); ++i)
    if (node.input(int(i)).empty())
      return "input " + std::to_string(i) + " has no name";
  return "";
} catch (const std::exception &error) {
  return tidy(error.what(), node.name());
}

std::string kindsTaken(const ::onnx::NodeProto &node, int64_t opset, int i, std::string_view given) {
  const ::onnx::OpSchema *schema = findSchema(node, opset);
  // The first Tile declares its counts to be of x's type; they are written as integers, too.
  const bool isFirstTile = schema && schema->Name() == "Tile" && schema->SinceVersion() == 1;
  if (!schema || schema->inputs().empty() || isFirstTile)
    return "";
  // Widths are left to the operators, which know more of them than older versions of the schema.
  static constexpr std::array<std::string_view, 3> names{"bool", "integer", "float"};
  auto kindOf = [](std::string_view type) -> unsigned {
    return type.starts_with("bool")                                        ? 1
           : type.find("int") != type.npos                                 ? 2
           : type.find("float") != type.npos || type.starts_with("double") ? 4
                                                                           : 0;
  };
  unsigned taken = 0;
  const auto &formal = schema->inputs()[std::min<size_t>(i, schema->inputs().size() - 1)];
  for (const std::string *type : formal.GetTypes())
    if (type->starts_with("tensor("))
      taken |= kindOf(std::string_view(*type).substr(7));
  if (taken == 0 || (taken & kindOf(given)))
    return "";
  std::string text;
  for (size_t kind = 0; kind < names.size(); ++kind)
    if (taken & 1u << kind)
      text.append(text.empty() ? "" : " or ").append(names[kind]);
  return text;
}

bool takesForm(const ::onnx::NodeProto &node, int64_t opset, int i, Form form) {
  const ::onnx::OpSchema *schema = findSchema(node, opset);
  if (!schema || schema->inputs().empty())
    return true;
  const auto &formal = schema->inputs()[std::min<size_t>(i, schema->inputs().size() - 1)];
  const std::string prefix = form == Form::Tensor ? "tensor(" : form == Form::Sequence ? "seq(" : "optional(";
  return std::any_of(formal.GetTypes().begin(), formal.GetTypes().end(),
                     [&](const std::string *type) { return type->rfind(prefix, 0) == 0; });
}

std::optional<::onnx::FunctionProto> functionBody(const ::onnx::NodeProto &node, int64_t opset,
                                                  const std::vector<::onnx::TypeProto> &inputTypes,
                                                  std::string &error) try {
  const ::onnx::OpSchema *schema = findSchema(node, opset);
  if (!schema)
    return std::nullopt;
  // A body says which opset its own nodes are of, so one that was written for another opset than the model's will do:
  // the newest up to the model's, else the oldest (of operators that got their body later).
  auto nearest = [&](const std::vector<int> &versions) {
    auto after = std::upper_bound(versions.begin(), versions.end(), static_cast<int>(opset));
    return after == versions.begin() ? *after : *std::prev(after);
  };
  if (schema->HasFunction())
    if (const ::onnx::FunctionProto *function = schema->GetFunction(nearest(schema->function_opset_versions())))
      return *function;
  if (!schema->HasContextDependentFunction())
    return std::nullopt;
  ::onnx::FunctionBodyBuildContextImpl context(node, inputTypes);
  ::onnx::FunctionProto function;
  if (!schema->BuildContextDependentFunction(context, function,
                                             nearest(schema->context_dependent_function_opset_versions())))
    return std::nullopt;
  return function;
} catch (const std::exception &exception) {
  error = tidy(exception.what(), node.name());
  return std::nullopt;
}

std::vector<int> inputsOfSameType(const ::onnx::NodeProto &node, int64_t opset) {
  std::vector<int> inputs(node.output_size(), -1);
  const ::onnx::OpSchema *schema = findSchema(node, opset);
  if (!schema)
    return inputs;
  auto typeOf = [](const auto &formal, int i) { // the last parameter may be a list
    return formal.empty() ? std::string() : formal[std::min<size_t>(i, formal.size() - 1)].GetTypeStr();
  };
  for (int i = 0; i < node.output_size(); ++i)
    for (int j = node.input_size(); j-- > 0;)
      if (!node.input(j).empty() && typeOf(schema->inputs(), j) == typeOf(schema->outputs(), i))
        inputs[i] = j;
  return inputs;
}

std::vector<int64_t> outputTypes(const ::onnx::NodeProto &node, int64_t opset,
                                 const std::vector<::onnx::TypeProto> &inputTypes) try {
  registerSchemas();
  std::vector<int64_t> types(node.output_size(), 0);
  ::onnx::GraphProto graph;
  *graph.add_node() = node;
  for (int i = 0; i < node.input_size(); ++i)
    if (inputTypes[i].has_tensor_type()) {
      graph.add_input()->set_name(node.input(i));
      *graph.mutable_input()->rbegin()->mutable_type() = inputTypes[i];
    }
  std::unordered_map<std::string, int> opsets{{"", static_cast<int>(newestOpset(""))}};
  opsets[node.domain() == "ai.onnx" ? "" : node.domain()] = static_cast<int>(opset);
  ::onnx::shape_inference::InferShapes(&graph, opsets);
  for (const auto &value : graph.value_info())
    for (int i = 0; i < node.output_size(); ++i)
      if (value.name() == node.output(i))
        types[i] = value.type().tensor_type().elem_type();
  return types;
} catch (const std::exception &) { // a node that does not fit its schema is refused elsewhere
  return std::vector<int64_t>(node.output_size(), 0);
}

void addDefaultAttributes(::onnx::NodeProto &node, int64_t opset) {
  const ::onnx::OpSchema *schema = findSchema(node, opset);
  if (!schema)
    return;
  for (const auto &[name, attribute] : schema->attributes()) {
    const bool present = std::any_of(node.attribute().begin(), node.attribute().end(),
                                     [&name = name](const auto &given) { return given.name() == name; });
    if (!present && attribute.default_value.has_name())
      *node.add_attribute() = attribute.default_value;
  }
}

} // namespace wasmind::onnx
