//===- Objects.h - the guest, ready to be linked into modules -----------------------------------------------------===//
//
// Host code: what the compiler gives to its linker. Give *all* objects to the linker as objects, not inside an archive:
// the linker drops what nothing needs (every function is a section of its own), and only so do the strong definitions
// of TvmRuntime.o replace the weak null pointers that objects built by TVM bring along (see README.md).
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include <span>
#include <string_view>

namespace wasmind::guest {

/// A relocatable wasm32 object; needs simd128 and bulk memory.
struct Object {
  std::string_view name; ///< "Memory.o"
  std::span<const char> bytes;
};

/// All objects of the guest; they live as long as the program.
std::span<const Object> objects();

} // namespace wasmind::guest
