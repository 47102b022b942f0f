//===- Model.cpp - a module that was checked and compiled ---------------------------------------------------------===//
#include "runtime/host/src/Model.h"
#include "abi/WasmSections.h"
#include "runtime/host/src/CompiledCache.h"
#include "runtime/host/src/Sha256.h"
#include "runtime/host/src/Stack.h"
#include <algorithm>
#include <cstring>
#include <vector>

namespace wasmind::host {
namespace {

Failure invalidModule(const std::string &text) { return Failure(WASMIND_INVALID_MODULE, text); }

constexpr uint8_t startSection = 8; // core specification 5.5.11

/// The export types of a module, freed with this object.
class ExportTypes {
public:
  explicit ExportTypes(const wasmtime_module_t *module) { wasmtime_module_exports(module, &list); }
  ~ExportTypes() { wasm_exporttype_vec_delete(&list); }
  ExportTypes(const ExportTypes &) = delete;

  /// The type of an export, or null.
  const wasm_externtype_t *find(std::string_view name) const {
    for (size_t index = 0; index < list.size; ++index) {
      const wasm_name_t *found = wasm_exporttype_name(list.data[index]);
      if (std::string_view(found->data, found->size) == name)
        return wasm_exporttype_type(list.data[index]);
    }
    return nullptr;
  }

  /// Throws unless there is a function of this name with so many i32 parameters and results.
  void requireFunction(std::string_view name, size_t parameterCount, size_t resultCount) const {
    const wasm_externtype_t *type = find(name);
    if (type && wasm_externtype_kind(type) == WASM_EXTERN_FUNC) {
      const wasm_functype_t *function = wasm_externtype_as_functype_const(type);
      if (areI32(wasm_functype_params(function), parameterCount) &&
          areI32(wasm_functype_results(function), resultCount))
        return;
    }
    std::string text;
    for (size_t index = 0; index < parameterCount; ++index)
      text += index == 0 ? "i32" : ", i32";
    throw invalidModule("no exported function '" + std::string(name) + "' of type (" + text + ") -> " +
                        (resultCount == 0 ? "()" : "i32"));
  }

private:
  static bool areI32(const wasm_valtype_vec_t *types, size_t count) {
    return types->size == count && std::all_of(types->data, types->data + count, [](const wasm_valtype_t *type) {
             return wasm_valtype_kind(type) == WASM_I32;
           });
  }

  wasm_exporttype_vec_t list;
};

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
  if (known.time_limit_ms)
    options.timeLimit = std::chrono::milliseconds(std::min<uint64_t>(known.time_limit_ms, uint64_t(1) << 40));
  options.usesCache = !known.disable_cache;
  if (known.cache_folder)
    options.cacheFolder = known.cache_folder;
  if (known.weights_folder)
    options.weightsFolder = known.weights_folder;
  return options;
}

std::shared_ptr<const Model> Model::loadFile(const std::string &path, LoadOptions options, ModuleKind kind) {
  File file(path);
  const Bytes bytes = file.readAll(options.maxModuleByteLength);
  if (options.weightsFolder.empty()) {
    std::filesystem::path folder = std::filesystem::path(path).parent_path();
    options.weightsFolder = folder.empty() ? "." : folder.string();
  }
  try {
    return std::shared_ptr<const Model>(new Model(bytes.span(), options, kind));
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
  checkBeforeCompiling(bytes, options, kind);
  openWeights(options.weightsFolder);
  theEngine = &Engine::get(limit.has_value());
  compile(bytes, options);
  checkExports();
}

std::string Model::name() const {
  const std::string &source = signature().contract().sourceName;
  if (!source.empty())
    return source;
  return signature().contract().library ? "operator library" : "model";
}

void Model::checkBeforeCompiling(std::span<const uint8_t> bytes, const LoadOptions &options, ModuleKind kind) {
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
  if (contract.memory.byteLength() > options.maxMemoryByteLength)
    throw Failure(WASMIND_LIMIT, "the module's memory of " + std::to_string(contract.memory.byteLength()) +
                                     " bytes is over the limit of " + std::to_string(options.maxMemoryByteLength));
  for (const abi::WasmSection &section : *sections)
    if (section.id == startSection) // loading must not run code
      throw invalidModule("the module has a start function");

  theInfo.memory_byte_length = contract.memory.byteLength();
  theInfo.code_byte_length = abi::byteLengthOf(*sections, abi::SectionId::Code);
  theInfo.weight_byte_length =
      contract.weights.external ? contract.weights.byteLength : contract.memory.weights.byteLength;
  theInfo.module_byte_length = bytes.size();
}

void Model::compile(std::span<const uint8_t> bytes, const LoadOptions &options) {
  std::optional<CompiledCache> cache;
  if (options.usesCache) {
    cache.emplace(options.cacheFolder.c_str());
    compiled = cache->find(*theEngine, bytes);
    theInfo.was_cached = compiled != nullptr;
  }
  if (!compiled) {
    compiled = theEngine->compile(bytes);
    if (cache)
      cache->store(compiled.get());
  }
}

void Model::checkExports() const {
  wasm_importtype_vec_t imports;
  wasmtime_module_imports(compiled.get(), &imports);
  const size_t importCount = imports.size;
  wasm_importtype_vec_delete(&imports);
  if (importCount != 0)
    throw invalidModule("the module wants imports; modules of the contract have none");

  const abi::Signature &contract = signature().contract();
  const uint64_t pages = contract.memory.pages;
  ExportTypes exports(compiled.get());
  const wasm_externtype_t *memory = exports.find(abi::memoryExport);
  if (!memory || wasm_externtype_kind(memory) != WASM_EXTERN_MEMORY)
    throw invalidModule("no exported memory '" + std::string(abi::memoryExport) + "'");
  const wasm_memorytype_t *type = wasm_externtype_as_memorytype_const(memory);
  uint64_t maximum = 0;
  const bool hasMaximum = wasmtime_memorytype_maximum(type, &maximum);
  const uint64_t minimum = wasmtime_memorytype_minimum(type);
  const bool hasPromisedMaximum = contract.library ? !hasMaximum : hasMaximum && maximum == pages;
  if (wasmtime_memorytype_is64(type) || wasmtime_memorytype_isshared(type) ||
      wasmtime_memorytype_page_size(type) != abi::pageByteLength || minimum != pages || !hasPromisedMaximum)
    throw invalidModule("the exported memory has " + std::to_string(minimum) + ".." +
                        (hasMaximum ? std::to_string(maximum) : std::string("any number of")) +
                        " pages where the signature says " + (contract.library ? "at least " : "exactly ") +
                        std::to_string(pages));

  for (const abi::Function &function : contract.functions)
    exports.requireFunction(function.name, 0, 1);
  for (std::string_view name : {abi::errorExport, abi::abiVersionExport})
    exports.requireFunction(name, 0, 1);
  if (!contract.library)
    return;
  exports.requireFunction(abi::allocateExport, 1, 1);
  exports.requireFunction(abi::freeExport, 1, 0);
  if (exports.find(abi::initializeExport))
    exports.requireFunction(abi::initializeExport, 0, 0);
  for (const abi::Operator &each : contract.library->operators)
    exports.requireFunction(each.exportName, 4, 1);
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
