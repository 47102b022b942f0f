//===- Model.cpp - a module that was checked and compiled ---------------------------------------------------------===//
#include "runtime/host/src/Model.h"
#include "abi/ModuleRules.h"
#include "runtime/host/src/Builds.h"
#include "runtime/host/src/CompiledCache.h"
#include "runtime/host/src/Sha256.h"
#include "runtime/host/src/Stack.h"
#include <algorithm>
#include <cstring>
#include <vector>

namespace wasmind::host {
namespace {

Failure invalidModule(const std::string &text) { return Failure(WASMIND_INVALID_MODULE, text); }

} // namespace

LoadOptions LoadOptions::from(const wasmind_load_options *given) {
  LoadOptions options;
  if (!given)
    return options;
  if (given->struct_byte_length < sizeof(size_t) || given->struct_byte_length > 4096)
    throw Failure(WASMIND_INVALID_ARGUMENT, "load options: start from WASMIND_LOAD_OPTIONS_INIT");
  // A caller compiled against another version has a shorter or longer struct; fields it lacks keep their defaults.
  wasmind_load_options known = WASMIND_LOAD_OPTIONS_INIT;
  std::memcpy(&known, given, std::min(sizeof known, given->struct_byte_length));
  if (known.max_memory_byte_length)
    options.maxMemoryByteLength = known.max_memory_byte_length;
  if (known.max_module_byte_length)
    options.maxModuleByteLength = known.max_module_byte_length;
  if (known.max_code_byte_length)
    options.maxCodeByteLength = known.max_code_byte_length;
  if (known.time_limit_ms)
    options.timeLimit = std::chrono::milliseconds(std::min<uint64_t>(known.time_limit_ms, uint64_t(1) << 40));
  options.usesCache = !known.disable_cache;
  if (known.cache_folder)
    options.cacheFolder = known.cache_folder;
  if (known.weights_folder)
    options.weightsFolder = known.weights_folder;
  return options;
}

/// The folder of a file, as a path that is not empty.
static std::string folderOf(const std::string &path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder.string();
}

std::shared_ptr<const Model> Model::loadFile(const std::string &path, LoadOptions options, ModuleKind kind) {
  if (kind == ModuleKind::Model)
    if (std::optional<std::string> index = abi::indexPathOf(path))
      return loadIndexed(path, *index, std::move(options));
  File file(path);
  const Bytes bytes = file.readAll(options.maxModuleByteLength);
  if (options.weightsFolder.empty())
    options.weightsFolder = folderOf(path);
  try {
    return std::shared_ptr<const Model>(new Model(bytes.span(), options, kind));
  } catch (const Failure &failure) {
    throw Failure(failure.status(), path + ": " + failure.what());
  }
}

std::shared_ptr<const Model> Model::loadIndexed(const std::string &given, const std::string &indexPath,
                                                LoadOptions options) {
  const std::string folder = folderOf(indexPath);
  const ChosenBuild chosen = chooseBuild(given, indexPath, Engine::get(options.timeLimit.has_value()));
  const std::string path = (std::filesystem::path(folder) / chosen.build.module.name).string();
  const Bytes bytes = readBuild(chosen.build, path, options.maxModuleByteLength);
  if (options.weightsFolder.empty())
    options.weightsFolder = folder;
  try {
    std::shared_ptr<Model> model(new Model(bytes.span(), options, ModuleKind::Model));
    if (std::optional<abi::Error> error = abi::checkBuild(chosen.build, model->signature().contract()))
      throw invalidModule(error->text);
    model->theNotes = chosen.notes;
    return model;
  } catch (const Failure &failure) {
    throw Failure(failure.status(), path + ": " + failure.what());
  }
}

std::shared_ptr<const Model> Model::loadBytes(std::span<const uint8_t> bytes, const LoadOptions &options,
                                              ModuleKind kind) {
  if (bytes.size() > options.maxModuleByteLength)
    throw Failure(WASMIND_LIMIT, "the module's " + std::to_string(bytes.size()) + " bytes are over the limit of " +
                                     std::to_string(options.maxModuleByteLength));
  return std::shared_ptr<const Model>(new Model(bytes, options, kind));
}

Model::Model(std::span<const uint8_t> bytes, const LoadOptions &options, ModuleKind kind)
    : limit(options.timeLimit), maxMemoryByteLength(options.maxMemoryByteLength) {
  if (stackLeft() < WASMIND_LEAST_STACK)
    failForStack("the module cannot be loaded");
  const std::vector<abi::WasmSection> sections = readSignature(bytes, options, kind);
  theEngine = &Engine::get(limit.has_value());
  std::optional<CompiledCache> cache;
  if (options.usesCache) {
    cache.emplace(options.cacheFolder.c_str());
    compiled = cache->find(*theEngine, bytes);
    theInfo.was_cached = compiled != nullptr;
  }
  // Code of the cache comes from the same bytes, which kept the rules when they were compiled.
  if (!compiled)
    if (std::optional<abi::Error> error = abi::checkModule(sections, signature().contract()))
      throw invalidModule(error->text);
  if (theInfo.memory_byte_length > maxMemoryByteLength)
    throw Failure(WASMIND_LIMIT, "the module's memory of " + std::to_string(theInfo.memory_byte_length) +
                                     " bytes is over the limit of " + std::to_string(maxMemoryByteLength));
  openWeights(options.weightsFolder);
  if (!compiled) {
    compiled = theEngine->compile(bytes);
    if (cache)
      cache->store(compiled.get());
  }
}

std::string Model::name() const {
  const std::string &source = signature().contract().sourceName;
  if (!source.empty())
    return source;
  return signature().contract().library ? "operator library" : "model";
}

std::vector<abi::WasmSection> Model::readSignature(std::span<const uint8_t> bytes, const LoadOptions &options,
                                                   ModuleKind kind) {
  abi::Result<std::vector<abi::WasmSection>> sections = abi::readSections(bytes);
  if (!sections)
    throw invalidModule(sections.error().text);
  abi::Result<std::span<const uint8_t>> json = abi::findCustomSection(bytes, abi::sectionName);
  if (!json)
    throw invalidModule(json.error().text);
  theSignature = std::make_unique<Signature>(std::string(json->begin(), json->end()));

  const abi::Signature &contract = theSignature->contract();
  if (contract.library && kind == ModuleKind::Model)
    throw Failure(WASMIND_UNSUPPORTED, "the module is an operator library; load it with OperatorLibrary");
  if (!contract.library && kind == ModuleKind::Library)
    throw Failure(WASMIND_UNSUPPORTED, "the module is a model, not an operator library; load it with Model");
  if (std::find(contract.features.begin(), contract.features.end(), abi::Feature::Threads) != contract.features.end())
    throw Failure(WASMIND_UNSUPPORTED, "the module needs the feature 'threads', which this host does not have; compile "
                                       "it without --features=threads");
  const uint64_t codeByteLength = abi::byteLengthOf(*sections, abi::SectionId::Code);
  if (codeByteLength > options.maxCodeByteLength)
    throw Failure(WASMIND_LIMIT, "the module's code of " + std::to_string(codeByteLength) +
                                     " bytes is over the limit of " + std::to_string(options.maxCodeByteLength));
  theInfo.memory_byte_length = contract.memory.byteLength();
  theInfo.code_byte_length = codeByteLength;
  theInfo.weight_byte_length =
      contract.weights.external ? contract.weights.byteLength : contract.memory.weights.byteLength;
  theInfo.module_byte_length = bytes.size();
  return std::move(*sections);
}

void Model::openWeights(const std::string &folder) {
  const abi::Weights &weights = signature().contract().weights;
  if (!weights.external)
    return;
  if (folder.empty())
    throw Failure(WASMIND_IO, "the weights are in the file '" + weights.file +
                                  "': load the module from a file beside it, or name its folder in the load options");
  weightsFile.emplace(std::filesystem::path(folder) / weights.file); // a plain file name: the signature's rules say so
  if (weightsFile->byteLength() != weights.byteLength)
    throw invalidModule(weightsFile->path() + " has " + std::to_string(weightsFile->byteLength()) +
                        " bytes where the signature says " + std::to_string(weights.byteLength) +
                        ": it belongs to another compilation");
  File::Stamp stamp = weightsFile->stamp();
  if (hashWeights() != weights.sha256)
    throw invalidModule(weightsFile->path() + " has another SHA-256 than the signature says: it was damaged or belongs "
                                              "to another compilation");
  verified = stamp;
}

std::string Model::hashWeights() const {
  Sha256 hash;
  std::vector<uint8_t> piece(1 << 20);
  const uint64_t end = signature().contract().weights.byteLength;
  for (uint64_t offset = 0; offset < end;) {
    std::span<uint8_t> part = std::span(piece).first(size_t(std::min<uint64_t>(piece.size(), end - offset)));
    weightsFile->read(offset, part);
    hash.update(part);
    offset += part.size();
  }
  return hash.finish();
}

void Model::copyWeights(std::span<uint8_t> place) const {
  if (!weightsFile)
    return;
  weightsFile->read(0, place);
  File::Stamp stamp = weightsFile->stamp();
  {
    std::lock_guard lock(weightsMutex);
    if (stamp == verified)
      return;
  }
  if (Sha256::of(place) != signature().contract().weights.sha256)
    throw invalidModule(weightsFile->path() + " changed after the model was loaded");
  std::lock_guard lock(weightsMutex);
  verified = stamp;
}

} // namespace wasmind::host
