//===- CompiledCache.h - compiled modules on disk -----------------------------------------------------------------===//
//
// One entry = `<key>.cwasm`, wasmtime's compiled form, and `<key>.sum`, the checksum of that file. The key is the
// SHA-256 of the module's bytes and of everything that decides about the code (Engine::compiledCodeKey). Files appear
// in one step, so processes may share a folder. Compiled modules are native code: an entry counts only when folder and
// file belong to this user, nobody else can write or replace them, and its checksum is right; otherwise it is made
// anew. The file that is mapped is the one that was checked. Entries that were not used for longest are removed when
// all together pass a limit.
//
// The cache never makes a load fail.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "runtime/host/src/Engine.h"
#include "runtime/host/src/File.h"
#include <filesystem>
#include <optional>
#include <span>

namespace wasmind::host {

class CompiledCache {
public:
  /// `folder` as given by the user, or the default one of the environment (wasmind.h); without any, the cache is off.
  explicit CompiledCache(const char *folder);

  /// The compiled module of these bytes, or null.
  ModuleHandle find(const Engine &engine, std::span<const uint8_t> bytes);
  /// Keeps what was compiled from the bytes of the last `find`.
  void store(const wasmtime_module_t *module);

  /// Removes entries of a folder, longest unused first, until those left have at most `maxByteLength` bytes.
  static void shrink(const std::filesystem::path &folder, uint64_t maxByteLength);

private:
  std::optional<Folder> folder;
  std::string key;
};

} // namespace wasmind::host
