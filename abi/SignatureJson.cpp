//===- SignatureJson.cpp - the signature as the JSON text of the custom section -----------------------------------===//
#include "abi/FieldReader.h"
#include <algorithm>

namespace wasmind::abi {
namespace {

Dim readDim(FieldReader &reader, const Json &json, const std::string &where) {
  Dim dim;
  dim.name = reader.text(json, where, "name");
  dim.min = int64_t(reader.number(json, where, "min"));
  dim.max = int64_t(reader.number(json, where, "max"));
  dim.offset = reader.number(json, where, "offset");
  dim.derived = reader.boolean(json, where, "derived", false, true);
  if (reader.member(json, where, "initial", /*isRequired=*/false))
    dim.initial = int64_t(reader.number(json, where, "initial"));
  dim.multipleOf = int64_t(reader.number(json, where, "multipleOf", 1, /*isRequired=*/false));
  if (const Json *sum = reader.member(json, where, "equals", /*isRequired=*/false)) {
    const std::string place = FieldReader::join(where, "equals");
    dim.equals.emplace();
    dim.equals->plus = int64_t(reader.number(*sum, place, "plus"));
    for (const Json &entry : reader.array(*sum, place, "terms")) {
      const std::string at = FieldReader::at(place + ".terms", dim.equals->terms.size());
      dim.equals->terms.push_back({reader.text(entry, at, "dim"), int64_t(reader.number(entry, at, "times"))});
      if (reader.failure)
        break;
    }
  }
  return dim;
}

Tensor readTensor(FieldReader &reader, const Json &json, const std::string &where) {
  Tensor tensor;
  tensor.name = reader.text(json, where, "name");
  if (const Json *dtype = reader.member(json, where, "dtype"))
    tensor.dtype = reader.dtype(*dtype, where + ".dtype");
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
  tensor.hasDefault = reader.boolean(json, where, "default", false, false);
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

std::vector<State> readState(FieldReader &reader, const Json &json, const std::string &where) {
  std::vector<State> list;
  for (const Json &entry : reader.array(json, where, "state", /*isRequired=*/false)) {
    const std::string place = FieldReader::at(FieldReader::join(where, "state"), list.size());
    State &state = list.emplace_back();
    state.tensor = readTensor(reader, entry, place);
    state.output = reader.text(entry, place, "output");
    if (reader.member(entry, place, "initialOffset", /*isRequired=*/false))
      state.initialOffset = reader.number(entry, place, "initialOffset");
    if (reader.failure)
      break;
  }
  return list;
}

Kernel readKernel(FieldReader &reader, const Json &json, const std::string &where) {
  Kernel kernel;
  kernel.name = reader.text(json, where, "name");
  kernel.kind = reader.text(json, where, "kind", false);
  kernel.shape = reader.text(json, where, "shape", false);
  kernel.flops = reader.number(json, where, "flops", 0, false, maxSignatureInteger);
  kernel.bytes = reader.number(json, where, "bytes", 0, false, maxSignatureInteger);
  kernel.vectorisedShare = reader.share(json, where, "vectorisedShare");
  kernel.calls = reader.number(json, where, "calls", 1, false, maxSignatureInteger);
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
        signature.operators.push_back({name, reader.number(count, "operators." + name, maxSignatureInteger)});
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
    function.state = readState(reader, entry, where);
    signature.functions.push_back(std::move(function));
    if (reader.failure)
      return;
  }
  if (const Json *library = reader.member(root, "", "library", false))
    signature.library = readLibrary(reader, *library);
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

OrderedJson writeDim(const Dim &dim) {
  OrderedJson json{
      {"name", dim.name}, {"min", dim.min}, {"max", dim.max}, {"offset", dim.offset}, {"derived", dim.derived}};
  if (dim.initial)
    json["initial"] = *dim.initial;
  if (dim.multipleOf != 1)
    json["multipleOf"] = dim.multipleOf;
  if (dim.equals) {
    OrderedJson terms = OrderedJson::array();
    for (const DimSum::Term &term : dim.equals->terms)
      terms.push_back(OrderedJson{{"dim", term.dim}, {"times", term.times}});
    json["equals"] = {{"terms", std::move(terms)}, {"plus", dim.equals->plus}};
  }
  return json;
}

OrderedJson writeTensor(const Tensor &tensor) {
  OrderedJson shape = OrderedJson::array();
  for (const Extent &extent : tensor.shape)
    shape.push_back(extent.isNamed() ? OrderedJson(extent.dim) : OrderedJson(extent.value));
  OrderedJson json{{"name", tensor.name},
                   {"dtype", nameOf(tensor.dtype)},
                   {"shape", std::move(shape)},
                   {"offset", tensor.offset},
                   {"byteLength", tensor.byteLength}};
  if (tensor.hasDefault)
    json["default"] = true;
  return json;
}

OrderedJson writeTensors(const std::vector<Tensor> &tensors) {
  OrderedJson list = OrderedJson::array();
  for (const Tensor &tensor : tensors)
    list.push_back(writeTensor(tensor));
  return list;
}

OrderedJson writeFunction(const Function &function) {
  OrderedJson json{
      {"name", function.name}, {"inputs", writeTensors(function.inputs)}, {"outputs", writeTensors(function.outputs)}};
  for (const State &state : function.state) {
    OrderedJson &entry = json["state"].emplace_back(writeTensor(state.tensor));
    entry["output"] = state.output;
    if (state.initialOffset)
      entry["initialOffset"] = *state.initialOffset;
  }
  return json;
}

/// What JSON leaves to its readers and the contract does not (RFC 8259, sections 8.1 and 9); "" when the text is fine.
/// Numbers over what a double holds, and surrogates without the other half, are for the parser to refuse.
std::string checkText(std::string_view text, uint64_t maxByteLength) {
  if (text.size() > maxByteLength)
    return std::to_string(text.size()) + " bytes are over " + std::to_string(maxByteLength);
  if (text.starts_with("\xef\xbb\xbf"))
    return "starts with a byte order mark";
  size_t depth = 0;
  bool isInString = false;
  for (size_t index = 0; index < text.size(); ++index) {
    const char each = text[index];
    if (each == '\0') // the parser would take it for the end
      return "contains a zero byte";
    if (isInString && each == '\\')
      ++index;
    else if (each == '"')
      isInString = !isInString;
    else if (!isInString && (each == '[' || each == '{') && ++depth > maxSignatureDepth)
      return "nested deeper than " + std::to_string(maxSignatureDepth);
    else if (!isInString && (each == ']' || each == '}') && depth > 0)
      --depth;
  }
  return "";
}

} // namespace

Result<Json> parseText(std::string_view text, uint64_t maxByteLength) {
  if (std::string reason = checkText(text, maxByteLength); !reason.empty())
    return Error{Error::Kind::Invalid, reason};
  Json root = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (root.is_discarded())
    return Error{Error::Kind::Invalid, "not valid JSON"};
  return root;
}

Result<Signature> parseSignature(std::string_view text) {
  Result<Json> root = parseText(text, maxSignatureByteLength);
  if (!root)
    return Error{root.error().kind, "signature: " + root.error().text};
  FieldReader reader;
  Signature signature;
  readSignature(reader, *root, signature);
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
  OrderedJson &dims = root["dims"] = OrderedJson::array();
  for (const Dim &dim : signature.dims)
    dims.push_back(writeDim(dim));
  OrderedJson &functions = root["functions"] = OrderedJson::array();
  for (const Function &function : signature.functions)
    functions.push_back(writeFunction(function));
  if (signature.library)
    root["library"] = writeLibrary(*signature.library);
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
  for (const OperatorCount &entry : signature.operators)
    root["operators"][entry.name] = entry.count;
  for (const Kernel &kernel : signature.kernels)
    root["kernels"].push_back(OrderedJson{{"name", kernel.name},
                                          {"kind", kernel.kind},
                                          {"shape", kernel.shape},
                                          {"flops", kernel.flops},
                                          {"bytes", kernel.bytes},
                                          {"vectorisedShare", kernel.vectorisedShare},
                                          {"calls", kernel.calls}});
  // Names of a source model are not always UTF-8; the section is.
  return root.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

} // namespace wasmind::abi
