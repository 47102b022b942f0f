//===- PrintLLVM.h - a lowered program as LLVM IR -----------------------------------------------------------------===//
#pragma once
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include <string>

namespace wasmind {

/// LLVM IR of a module in the LLVM dialect, with wasm32's triple and data layout: what `llc` and `opt` read. LLVM's
/// optimisations have not run yet.
llvm::Expected<std::string> printLLVM(mlir::ModuleOp code);

} // namespace wasmind
