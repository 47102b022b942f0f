//===- SignatureJson.cpp - the signature as the JSON text of the custom section -----------------------------------===//
#include "abi/Signature.h"
#include <nlohmann/json.hpp>

namespace wasmind::abi {
namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

/// Reads fields of an untrusted JSON value; after the first failure every read returns a default and changes nothing.
class FieldReader {
public:
  std::optional<Error> failure;

  void fail(const std::string &where, const std::string &reason, Error::Kind kind = Error::Kind::Invalid) {
    if (!failure)
      failure = Error{kind, where + ": " + reason};
  }

  /// The member `key` of an object, or null when it is missing (which is an error when it is required).
  const Json *member(const Json &object, const std::string &where, const char *key, bool isRequired = true) {
    if (failure)
      return nullptr;
    if (!object.is_object()) {
      fail(where.empty() ? "signature" : where, "not an object");
      return nullptr;
    }
    auto found = object.find(key);
    if (found != object.end())
      return &*found;
    if (isRequired)
      fail(join(where, key), "missing");
    return nullptr;
  }

  std::string text(const Json &object, const std::string &where, const char *key, bool isRequired = true) {
    const Json *value = member(object, where, key, isRequired);
    return value ? text(*value, join(where, key)) : std::string();
  }

  std::string text(const Json &value, const std::string &where) {
    const auto *string = value.get_ptr<const Json::string_t *>();
    if (!string)
      return fail(where, "not a string"), std::string();
    if (string->find('\0') != std::string::npos)
      return fail(where, "contains a zero byte"), std::string();
    return *string;
  }

  bool boolean(const Json &object, const std::string &where, const char *key, bool fallback, bool isRequired) {
    const Json *value = member(object, where, key, isRequired);
    if (!value)
      return fallback;
    const auto *boolean = value->get_ptr<const Json::boolean_t *>();
    if (!boolean)
      return fail(join(where, key), "not true or false"), fallback;
    return *boolean;
  }

  uint64_t number(const Json &object, const std::string &where, const char *key, uint64_t fallback = 0,
                  bool isRequired = true, uint64_t max = UINT32_MAX) {
    const Json *value = member(object, where, key, isRequired);
    return value ? number(*value, join(where, key), max) : fallback;
  }

  uint64_t number(const Json &value, const std::string &where, uint64_t max) {
    const auto *integer = value.get_ptr<const Json::number_unsigned_t *>();
    if (!integer)
      return fail(where, "not a non-negative integer"), 0;
    if (*integer > max)
      return fail(where, std::to_string(*integer) + " is over " + std::to_string(max)), 0;
    return *integer;
  }

  /// The elements of an array member; none when it is missing.
  const Json::array_t &array(const Json &object, const std::string &where, const char *key, bool isRequired = true) {
    static const Json::array_t none;
    const Json *value = member(object, where, key, isRequired);
    if (!value)
      return none;
    const auto *elements = value->get_ptr<const Json::array_t *>();
    if (!elements)
      return fail(join(where, key), "not an array"), none;
    return *elements;
  }

  Region region(const Json &object, const std::string &where, const char *key) {
    Region region;
    if (const Json *value = member(object, where, key)) {
      region.offset = number(*value, join(where, key), "offset");
      region.byteLength = number(*value, join(where, key), "byteLength");
    }
    return region;
  }

  static std::string join(const std::string &where, const char *key) { return where.empty() ? key : where + "." + key; }
  static std::string at(const std::string &where, size_t index) { return where + "[" + std::to_string(index) + "]"; }
};

Dim readDim(FieldReader &reader, const Json &json, const std::string &where) {
  Dim dim;
  dim.name = reader.text(json, where, "name");
  dim.min = int64_t(reader.number(json, where, "min"));
  dim.max = int64_t(reader.number(json, where, "max"));
  dim.offset = reader.number(json, where, "offset");
  dim.derived = reader.boolean(json, where, "derived", false, true);
  return dim;
}

Tensor readTensor(FieldReader &reader, const Json &json, const std::string &where) {
  Tensor tensor;
  tensor.name = reader.text(json, where, "name");
  std::string dtype = reader.text(json, where, "dtype");
  if (std::optional<DType> known = parseDType(dtype))
    tensor.dtype = *known;
  else
    reader.fail(where + ".dtype", "unknown element type '" + dtype + "'", Error::Kind::Unsupported);
  for (const Json &entry : reader.array(json, where, "shape")) {
    const std::string entryName = FieldReader::at(where + ".shape", tensor.shape.size());
    if (entry.is_string()) {
      std::string name = reader.text(entry, entryName);
      if (name.empty())
        reader.fail(entryName, "empty name");
      tensor.shape.push_back(Extent::named(std::move(name)));
    } else {
      tensor.shape.push_back(Extent::fixed(int64_t(reader.number(entry, entryName, maxExtent))));
    }
    if (reader.failure)
      break;
  }
  tensor.offset = reader.number(json, where, "offset");
  tensor.byteLength = reader.number(json, where, "byteLength");
  return tensor;
}

std::vector<Tensor> readTensors(FieldReader &reader, const Json &json, const std::string &where, const char *key) {
  std::vector<Tensor> tensors;
  for (const Json &entry : reader.array(json, where, key)) {
    tensors.push_back(readTensor(reader, entry, FieldReader::at(FieldReader::join(where, key), tensors.size())));
    if (reader.failure)
      break;
  }
  return tensors;
}

Kernel readKernel(FieldReader &reader, const Json &json, const std::string &where) {
  Kernel kernel;
  kernel.name = reader.text(json, where, "name");
  kernel.kind = reader.text(json, where, "kind", false);
  kernel.shape = reader.text(json, where, "shape", false);
  kernel.flops = reader.number(json, where, "flops", 0, false, UINT64_MAX);
  kernel.bytes = reader.number(json, where, "bytes", 0, false, UINT64_MAX);
  kernel.vectorised = reader.boolean(json, where, "vectorised", false, false);
  kernel.calls = reader.number(json, where, "calls", 1, false, UINT64_MAX);
  return kernel;
}

Weights readWeights(FieldReader &reader, const Json &root) {
  Weights weights;
  const Json *json = reader.member(root, "", "weights");
  if (!json)
    return weights;
  std::string storage = reader.text(*json, "weights", "storage");
  weights.external = storage == "external";
  if (!weights.external && storage != "inline")
    reader.fail("weights.storage", "'" + storage + "' is neither inline nor external");
  if (weights.external) {
    weights.file = reader.text(*json, "weights", "file");
    weights.sha256 = reader.text(*json, "weights", "sha256");
    weights.offset = reader.number(*json, "weights", "offset");
    weights.byteLength = reader.number(*json, "weights", "byteLength");
  }
  return weights;
}

/// The fields that only reports show.
void readReport(FieldReader &reader, const Json &root, Signature &signature) {
  if (const Json *source = reader.member(root, "", "source", false)) {
    signature.sourceFormat = reader.text(*source, "source", "format");
    signature.sourceName = reader.text(*source, "source", "name");
  }
  if (const Json *operators = reader.member(root, "", "operators", false)) {
    if (!operators->is_object())
      reader.fail("operators", "not an object");
    else
      for (const auto &[name, count] : operators->items())
        signature.operators.push_back({name, reader.number(count, "operators." + name, UINT64_MAX)});
  }
  for (const Json &entry : reader.array(root, "", "kernels", false)) {
    signature.kernels.push_back(readKernel(reader, entry, FieldReader::at("kernels", signature.kernels.size())));
    if (reader.failure)
      break;
  }
}

void readSignature(FieldReader &reader, const Json &root, Signature &signature) {
  // The version comes first: nothing else can be trusted to mean the same under another one.
  uint64_t version = reader.number(root, "", "abi");
  if (!reader.failure && version != abiVersion)
    return reader.fail("abi",
                       "version " + std::to_string(version) + ", this host reads version " +
                           std::to_string(abiVersion) + "; compile the model again or update the host",
                       Error::Kind::Unsupported);
  signature.compiler = reader.text(root, "", "compiler");
  for (const Json &entry : reader.array(root, "", "features")) {
    const std::string where = FieldReader::at("features", signature.features.size());
    std::string name = reader.text(entry, where);
    std::optional<Feature> feature = parseFeature(name);
    if (!feature)
      return reader.fail(where, "unknown feature '" + name + "'", Error::Kind::Unsupported);
    signature.features.push_back(*feature);
  }
  if (reader.member(root, "", "engineHint", false))
    if (std::optional<EngineHint> hint = parseEngineHint(reader.text(root, "", "engineHint")))
      signature.engineHint = *hint; // of an engine from after this version: no more than a missed hint
  for (const Json &entry : reader.array(root, "", "dims")) {
    signature.dims.push_back(readDim(reader, entry, FieldReader::at("dims", signature.dims.size())));
    if (reader.failure)
      return;
  }
  for (const Json &entry : reader.array(root, "", "functions")) {
    const std::string where = FieldReader::at("functions", signature.functions.size());
    Function function;
    function.name = reader.text(entry, where, "name");
    function.inputs = readTensors(reader, entry, where, "inputs");
    function.outputs = readTensors(reader, entry, where, "outputs");
    signature.functions.push_back(std::move(function));
    if (reader.failure)
      return;
  }
  if (const Json *memory = reader.member(root, "", "memory")) {
    signature.memory.pages = reader.number(*memory, "memory", "pages");
    signature.memory.stack = reader.region(*memory, "memory", "stack");
    signature.memory.extents = reader.region(*memory, "memory", "extents");
    signature.memory.arena = reader.region(*memory, "memory", "arena");
    signature.memory.weights = reader.region(*memory, "memory", "weights");
  }
  signature.weights = readWeights(reader, root);
  readReport(reader, root, signature);
}

OrderedJson writeRegion(const Region &region) { return {{"offset", region.offset}, {"byteLength", region.byteLength}}; }

OrderedJson writeTensors(const std::vector<Tensor> &tensors) {
  OrderedJson list = OrderedJson::array();
  for (const Tensor &tensor : tensors) {
    OrderedJson shape = OrderedJson::array();
    for (const Extent &extent : tensor.shape)
      shape.push_back(extent.isNamed() ? OrderedJson(extent.dim) : OrderedJson(extent.value));
    list.push_back(OrderedJson{{"name", tensor.name},
                               {"dtype", nameOf(tensor.dtype)},
                               {"shape", std::move(shape)},
                               {"offset", tensor.offset},
                               {"byteLength", tensor.byteLength}});
  }
  return list;
}

} // namespace

Result<Signature> parseSignature(std::string_view text) {
  Json root = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (root.is_discarded())
    return Error{Error::Kind::Invalid, "signature: not valid JSON"};
  FieldReader reader;
  Signature signature;
  readSignature(reader, root, signature);
  if (!reader.failure)
    reader.failure = validate(signature);
  if (reader.failure)
    return Error{reader.failure->kind, "signature: " + reader.failure->text};
  return signature;
}

std::string writeSignature(const Signature &signature) {
  OrderedJson root;
  root["abi"] = abiVersion;
  root["compiler"] = signature.compiler;
  if (!signature.sourceFormat.empty())
    root["source"] = {{"format", signature.sourceFormat}, {"name", signature.sourceName}};
  OrderedJson &features = root["features"] = OrderedJson::array();
  for (Feature feature : signature.features)
    features.push_back(nameOf(feature));
  root["engineHint"] = nameOf(signature.engineHint);
  OrderedJson &dims = root["dims"] = OrderedJson::array();
  for (const Dim &dim : signature.dims)
    dims.push_back(OrderedJson{
        {"name", dim.name}, {"min", dim.min}, {"max", dim.max}, {"offset", dim.offset}, {"derived", dim.derived}});
  OrderedJson &functions = root["functions"] = OrderedJson::array();
  for (const Function &function : signature.functions)
    functions.push_back(OrderedJson{{"name", function.name},
                                    {"inputs", writeTensors(function.inputs)},
                                    {"outputs", writeTensors(function.outputs)}});
  root["memory"] = {{"pages", signature.memory.pages},
                    {"stack", writeRegion(signature.memory.stack)},
                    {"extents", writeRegion(signature.memory.extents)},
                    {"arena", writeRegion(signature.memory.arena)},
                    {"weights", writeRegion(signature.memory.weights)}};
  const Weights &weights = signature.weights;
  if (weights.external)
    root["weights"] = {{"storage", "external"},
                       {"file", weights.file},
                       {"sha256", weights.sha256},
                       {"offset", weights.offset},
                       {"byteLength", weights.byteLength}};
  else
    root["weights"] = {{"storage", "inline"}};
  OrderedJson &operators = root["operators"] = OrderedJson::object();
  for (const OperatorCount &entry : signature.operators)
    operators[entry.name] = entry.count;
  OrderedJson &kernels = root["kernels"] = OrderedJson::array();
  for (const Kernel &kernel : signature.kernels)
    kernels.push_back(OrderedJson{{"name", kernel.name},
                                  {"kind", kernel.kind},
                                  {"shape", kernel.shape},
                                  {"flops", kernel.flops},
                                  {"bytes", kernel.bytes},
                                  {"vectorised", kernel.vectorised},
                                  {"calls", kernel.calls}});
  // Names of a source model are not always UTF-8; the section is.
  return root.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

} // namespace wasmind::abi
