// The in-process linker, and the checks of its results.
#pragma once
#include "abi/Signature.h"
#include "compiler/module/Library.h"
#include "compiler/module/Sections.h"
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

/// Runs lld on relocatable objects, the stack first in the memory, with further arguments. Serialised: lld keeps global
/// state. Waits for compilations under way. The error of a failed link is the linker's messages.
llvm::Expected<llvm::SmallVector<char, 0>> runLinker(llvm::ArrayRef<NamedObject> objects,
                                                     llvm::ArrayRef<std::string> arguments);

/// Checks the sections of a linked module against the rules of hosts: what those refuse is no result.
llvm::Error verifyRules(llvm::ArrayRef<Section> sections, const abi::Signature &signature);

} // namespace wasmind::module
