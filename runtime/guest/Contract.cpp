// What a library exports besides its operators and its memory (abi/spec.md); wasmind_error is in Error.cpp, the heap in
// Memory.cpp.
#include <stdint.h>

namespace wasmind::guest {
#define WASMIND_CONSTANT(name, value) static constexpr int64_t name = value;
#define WASMIND_NAME(name, text)
#include "abi/abi.def"
} // namespace wasmind::guest

extern "C" int32_t wasmind_abi_version() { return int32_t(wasmind::guest::abiVersion); }
