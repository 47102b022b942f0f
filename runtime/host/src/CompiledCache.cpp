//===- CompiledCache.cpp - compiled modules on disk ---------------------------------------------------------------===//
#include "runtime/host/src/CompiledCache.h"
#include "runtime/host/src/Checksum.h"
#include "runtime/host/src/Sha256.h"
#include <algorithm>
#include <cstdlib>
#include <vector>

namespace wasmind::host {
namespace fs = std::filesystem;
namespace {

constexpr uint64_t maxFolderByteLength = uint64_t(4) << 30;

fs::path defaultFolder() {
  auto variable = [](const char *name) {
    const char *value = std::getenv(name);
    return value && *value == '/' ? fs::path(value) : fs::path();
  };
  if (auto cache = variable("WASMIND_CACHE"); !cache.empty())
    return cache / "modules";
  if (auto cache = variable("XDG_CACHE_HOME"); !cache.empty())
    return cache / "wasmind" / "modules";
  if (auto home = variable("HOME"); !home.empty())
    return home / ".cache" / "wasmind" / "modules";
  return {};
}

std::span<const uint8_t> bytesOf(const std::string &text) {
  return {reinterpret_cast<const uint8_t *>(text.data()), text.size()};
}

std::string toText(const Checksum &sum) { return std::to_string(sum.finish()); }

/// Checksum of a file, read in pieces: it may be as large as the model's weights.
std::string sumOf(const File &file) {
  Checksum sum;
  std::vector<uint8_t> piece(1 << 20);
  for (uint64_t offset = 0, end = file.byteLength(); offset < end;) {
    std::span<uint8_t> part = std::span(piece).first(size_t(std::min<uint64_t>(piece.size(), end - offset)));
    file.read(offset, part);
    sum.update(part);
    offset += part.size();
  }
  return toText(sum);
}

} // namespace

CompiledCache::CompiledCache(const char *given) {
  if (const fs::path path = given && *given ? fs::path(given) : defaultFolder(); !path.empty())
    if (std::optional<Folder> opened = Folder::openPrivate(path))
      folder.emplace(std::move(*opened));
}

ModuleHandle CompiledCache::find(const Engine &engine, std::span<const uint8_t> bytes) {
  key.clear();
  if (!folder)
    return nullptr;
  Sha256 hash;
  hash.update(bytesOf(engine.compiledCodeKey() + '\n'));
  hash.update(bytes);
  key = hash.finish();
  try {
    File compiled(*folder, key + ".cwasm"), sum(*folder, key + ".sum");
    const Bytes expected = sum.readAll(64);
    if (!compiled.isPrivate() || sumOf(compiled) != std::string(expected.span().begin(), expected.span().end()))
      return nullptr;
    wasmtime_module_t *module = nullptr;
    ErrorHandle error(wasmtime_module_deserialize_file(engine.handle(), compiled.descriptorPath().c_str(), &module));
    if (error) // of another wasmtime with the same version text
      return nullptr;
    compiled.touch(); // the time of last use
    return ModuleHandle(module);
  } catch (const std::exception &) {
    return nullptr; // none, half an entry, or one that cannot be read
  }
}

void CompiledCache::store(const wasmtime_module_t *module) {
  if (!folder || key.empty())
    return;
  wasm_byte_vec_t serialized;
  if (ErrorHandle error{wasmtime_module_serialize(module, &serialized)})
    return;
  std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t *>(serialized.data), serialized.size);
  Checksum sum;
  sum.update(bytes);
  // Without a matching sum an entry does not count, so it is safe in this order and in any mixture of writers.
  if (folder->writeFileInOneStep(key + ".sum", bytesOf(toText(sum))))
    folder->writeFileInOneStep(key + ".cwasm", bytes);
  wasm_byte_vec_delete(&serialized);
  shrink(folder->path(), maxFolderByteLength);
}

void CompiledCache::shrink(const fs::path &folder, uint64_t maxByteLength) {
  struct Entry {
    fs::file_time_type lastUse;
    fs::path path;
    uint64_t byteLength;
  };
  std::error_code error;
  std::vector<Entry> entries;
  uint64_t total = 0;
  for (fs::directory_iterator file(folder, error), end; !error && file != end; file.increment(error)) {
    std::error_code gone; // another process may shrink the same folder
    const fs::path &path = file->path();
    if (path.extension() != ".cwasm")
      continue;
    Entry entry{fs::last_write_time(path, gone), path, fs::file_size(path, gone)};
    if (gone)
      continue;
    total += entry.byteLength;
    entries.push_back(std::move(entry));
  }
  std::sort(entries.begin(), entries.end(), [](const Entry &a, const Entry &b) { return a.lastUse < b.lastUse; });
  for (const Entry &entry : entries) {
    if (total <= maxByteLength)
      return;
    fs::remove(entry.path, error); // modules that are mapped stay alive until they are dropped
    fs::remove(fs::path(entry.path).replace_extension(".sum"), error);
    total -= entry.byteLength;
  }
}

} // namespace wasmind::host
