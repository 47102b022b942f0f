#include "compiler/module/Diagnostics.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/raw_ostream.h"

llvm::Error wasmind::module::withDiagnostics(mlir::MLIRContext *context,
                                             llvm::function_ref<llvm::LogicalResult()> action) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  mlir::ScopedDiagnosticHandler handler(context, [&](mlir::Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() != mlir::DiagnosticSeverity::Error)
      return mlir::failure();
    if (!text.empty())
      stream << '\n';
    if (!mlir::isa<mlir::UnknownLoc>(diagnostic.getLocation()))
      stream << diagnostic.getLocation() << ": ";
    stream << diagnostic;
    return mlir::success();
  });
  if (mlir::succeeded(action()))
    return llvm::Error::success();
  return llvm::createStringError(text.empty() ? "MLIR failed without saying why" : text);
}
