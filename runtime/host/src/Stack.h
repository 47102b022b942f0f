//===- Stack.h - whether a thread's stack is large enough ---------------------------------------------------------===//
//
// wasmtime counts what a module uses of the stack from where it is entered, and traps at a limit; it does not know
// where the thread's stack ends. Cranelift and the readers of a module take what they need.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include <cstddef>
#include <string>

namespace wasmind::host {

/// Bytes of the stack that a module may use. Kernels do not recurse: those of the largest models use a tenth of it.
constexpr size_t moduleStackByteLength = 128 << 10;

/// Bytes of this thread's stack that are left; SIZE_MAX where nobody knows, as on the stack of a coroutine.
size_t stackLeft();

/// Throws `Limit` for fewer than WASMIND_LEAST_STACK bytes; the text begins with `who`.
[[noreturn]] void failForStack(const std::string &who);

} // namespace wasmind::host
