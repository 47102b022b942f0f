// The last look at LLVM IR before instruction selection.
#pragma once

namespace llvm {
class Module;
}

namespace wasmind::module {

/// Spells what WebAssembly has an instruction for so that LLVM selects it. Stands after all optimisations, which would
/// undo it:
///   - getelementptr with non-negative indices is `inbounds nuw`, so that constant offsets fold into loads and stores;
///   - fmuladd wider than 128 bits is cut into registers: LLVM would split it into mul and add;
///   - a < b ? b : a and b < a ? b : a on vectors are pmax and pmin also where LLVM sees a special case (relu becomes
///     compare and andnot otherwise).
void selectInstructions(llvm::Module &module);

} // namespace wasmind::module
