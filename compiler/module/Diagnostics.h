// MLIR reports errors to a handler; this stage returns them.
#pragma once
#include "mlir/IR/MLIRContext.h"
#include "mlir/Support/LLVM.h"
#include "llvm/Support/Error.h"

namespace wasmind::module {
/// Runs `action` and returns its errors as text, one line per diagnostic (location: message).
llvm::Error withDiagnostics(mlir::MLIRContext *context, llvm::function_ref<llvm::LogicalResult()> action);
} // namespace wasmind::module
