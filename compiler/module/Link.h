// The in-process linker.
#pragma once
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <shared_mutex>

namespace wasmind::module {

/// LLVM's options are process-wide, and lld resets all of them when it starts. Who compiles holds this shared, who
/// links holds it alone, and the linker is told the options that compiling relies on.
std::shared_mutex &llvmOptionsMutex();
/// The option that turns loop strength reduction off, without dashes.
inline constexpr llvm::StringLiteral noStrengthReduction = "disable-lsr";

/// Name of the immutable global that `runLinker` exports besides what the objects ask for: the first address after
/// stack and constants.
inline constexpr llvm::StringLiteral heapBaseExport = "__heap_base";
/// Bytes of stack, at address 0: kernels keep their state in locals.
inline constexpr uint32_t stackByteLength = 16384;

/// Links relocatable objects to one module with a memory of exactly `pages` pages, the stack first. Undefined symbols
/// become imports, for the caller to refuse by name. Serialised: lld keeps global state. Waits for compilations under
/// way.
llvm::Expected<llvm::SmallVector<char, 0>> runLinker(llvm::ArrayRef<llvm::ArrayRef<char>> objects, uint32_t pages);

} // namespace wasmind::module
