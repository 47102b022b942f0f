//===- Memory.h - the module's heap -------------------------------------------------------------------------------===//
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace wasmind::guest {

/// Bytes behind a tensor that its kernel may load (and not use).
inline constexpr uint32_t slackByteLength = 64;

/// Bytes of the linear memory.
inline uint64_t memoryByteLength() { return uint64_t(__builtin_wasm_memory_size(0)) << 16; }

/// Whether `byteLength` bytes at `address`, none of them at address 0, lie inside the memory.
inline bool isInMemory(const void *address, uint32_t byteLength) {
  return address && uint64_t(uintptr_t(address)) + byteLength <= memoryByteLength();
}

} // namespace wasmind::guest

extern "C" {

/// Memory of `byteLength` bytes, aligned to 64 bytes, not initialised. Null when the memory cannot grow enough.
/// 0 bytes get an address of their own.
void *wasmind_allocate(uint32_t byteLength);

/// Gives back what wasmind_allocate returned. Null is fine. An address that was not allocated, or is free already,
/// changes nothing but the error's text.
void wasmind_free(void *address);
}
