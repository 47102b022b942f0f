// How much of a kernel's work the emitted instructions do in vectors.
#pragma once
#include "compiler/module/Module.h"
#include "llvm/ADT/DenseMap.h"

namespace llvm {
class BasicBlock;
class Module;
class Pass;
} // namespace llvm

namespace wasmind::module {

/// The instructions of each basic block, by what they do.
using BlockCounts = llvm::DenseMap<const llvm::BasicBlock *, Work>;

/// A pass over machine functions that adds the instructions of each block to `counts`. It must stand directly in front
/// of the pass that writes them.
llvm::Pass *createCountInstructions(BlockCounts &counts);

/// The work of one call of each of the measurement's functions, with what they call. `counts` comes from the code
/// generator, which this follows: blocks are weighed by how often they run.
std::vector<Work> measureWork(llvm::Module &code, const BlockCounts &counts, const Measurement &measurement);

} // namespace wasmind::module
