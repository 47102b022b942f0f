//===- BuildIndex.cpp ---------------------------------------------------------------------------------------------===//
#include "abi/BuildIndex.h"
#include "abi/FieldReader.h"
#include <algorithm>
#include <filesystem>
#include <map>

namespace wasmind::abi {
namespace {

constexpr const char *whole = "index of builds";

IndexedFile readFile(FieldReader &reader, const Json &json, const std::string &where) {
  IndexedFile file;
  file.name = reader.fileName(json, where, "file");
  file.byteLength = reader.number(json, where, "byteLength", 0, /*isRequired=*/true, maxSignatureInteger);
  file.sha256 = reader.hash(json, where, "sha256");
  return file;
}

Build readBuild(FieldReader &reader, const Json &json, const std::string &where) {
  Build build;
  for (const Json &entry : reader.array(json, where, "features")) {
    build.features.push_back(reader.text(entry, FieldReader::at(where + ".features", build.features.size())));
    if (reader.failure)
      return build;
  }
  build.module = readFile(reader, json, where);
  if (const Json *weights = reader.member(json, where, "weights", /*isRequired=*/false))
    build.weights = readFile(reader, *weights, where + ".weights");
  return build;
}

void readIndex(FieldReader &reader, const Json &root, BuildIndex &index) {
  // The version comes first: nothing else can be trusted to mean the same under another one.
  const uint64_t version = reader.number(root, "", "version");
  if (!reader.failure && version != indexVersion)
    return reader.fail("version",
                       std::to_string(version) + ", this host reads version " + std::to_string(indexVersion) +
                           "; compile the model again or update the host",
                       Error::Kind::Unsupported);
  index.compiler = reader.text(root, "", "compiler");
  if (const Json *source = reader.member(root, "", "source", /*isRequired=*/false)) {
    index.sourceFormat = reader.text(*source, "source", "format");
    index.sourceName = reader.text(*source, "source", "name");
  }
  const Json::array_t &builds = reader.array(root, "", "builds");
  if (!reader.failure && (builds.empty() || builds.size() > maxBuildCount))
    return reader.fail("builds",
                       "there are " + std::to_string(builds.size()) + ", not 1 to " + std::to_string(maxBuildCount));
  std::map<std::string, IndexedFile> known;
  for (const Json &entry : builds) {
    const std::string where = FieldReader::at("builds", index.builds.size());
    const Build &build = index.builds.emplace_back(readBuild(reader, entry, where));
    if (reader.failure)
      return;
    if (!known.emplace(build.module.name, build.module).second)
      return reader.fail(where + ".file", "'" + build.module.name + "' is there twice");
    if (build.weights && known.emplace(build.weights->name, *build.weights).first->second != *build.weights)
      return reader.fail(where + ".weights", "'" + build.weights->name + "' is described in two ways");
  }
}

void writeFile(OrderedJson &json, const IndexedFile &file) {
  json["file"] = file.name;
  json["byteLength"] = file.byteLength;
  json["sha256"] = file.sha256;
}

} // namespace

std::optional<std::string> indexPathOf(const std::string &path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    return (std::filesystem::path(path) / indexFileName).string();
  return path.ends_with(".json") ? std::optional(path) : std::nullopt;
}

Result<BuildIndex> parseBuildIndex(std::string_view text) {
  const std::string start = std::string(whole) + ": ";
  Result<Json> root = parseText(text, maxIndexByteLength);
  if (!root)
    return Error{root.error().kind, start + root.error().text};
  FieldReader reader;
  reader.whole = whole;
  BuildIndex index;
  readIndex(reader, *root, index);
  if (reader.failure)
    return Error{reader.failure->kind,
                 reader.failure->text.starts_with(start) ? reader.failure->text : start + reader.failure->text};
  return index;
}

std::string writeBuildIndex(const BuildIndex &index) {
  OrderedJson root;
  root["version"] = indexVersion;
  root["compiler"] = index.compiler;
  if (!index.sourceFormat.empty())
    root["source"] = {{"format", index.sourceFormat}, {"name", index.sourceName}};
  OrderedJson &builds = root["builds"] = OrderedJson::array();
  for (const Build &build : index.builds) {
    OrderedJson &json = builds.emplace_back();
    json["features"] = build.features;
    writeFile(json, build.module);
    if (build.weights)
      writeFile(json["weights"], *build.weights);
  }
  return root.dump(1, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

std::optional<Error> checkBuild(const Build &build, const Signature &signature) {
  std::vector<std::string> listed = build.features, needed;
  for (Feature feature : signature.features)
    needed.emplace_back(nameOf(feature));
  for (std::vector<std::string> *names : {&listed, &needed}) {
    std::sort(names->begin(), names->end());
    names->erase(std::unique(names->begin(), names->end()), names->end());
  }
  const char *differs = nullptr;
  if (listed != needed)
    differs = "features";
  const Weights &weights = signature.weights;
  if (weights.external != build.weights.has_value() ||
      (build.weights && *build.weights != IndexedFile{weights.file, weights.byteLength, weights.sha256}))
    differs = "weights";
  if (!differs)
    return std::nullopt;
  return Error{Error::Kind::Invalid, std::string("the signature has other ") + differs + " than the " + whole +
                                         " says; compile the model again"};
}

std::string describeFeatures(const Build &build) {
  std::string text;
  for (const std::string &feature : build.features)
    text += (text.empty() ? "" : ", ") + feature;
  return text.empty() ? "no features" : text;
}

} // namespace wasmind::abi
