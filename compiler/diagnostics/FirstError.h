//===- FirstError.h - MLIR's errors as values ---------------------------------------------------------------------===//
//
// MLIR reports errors to a handler of the context; the compiler returns them. Every stage collects them here.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "abi/Line.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <string>

namespace wasmind {

/// Takes all diagnostics of a context while it lives and keeps the first error: later ones follow from it. Nothing is
/// printed. Where several live, the youngest gets the diagnostics.
class FirstError {
public:
  explicit FirstError(mlir::MLIRContext *context)
      : handler(context, [this](mlir::Diagnostic &diagnostic) {
          if (reason.empty() && diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error) {
            reason = diagnostic.str();
            if (auto name = mlir::dyn_cast<mlir::NameLoc>(diagnostic.getLocation()))
              node = name.getName().str();
          }
          return mlir::success();
        }) {}

  /// What is wrong, without the node, or "" while there is no error.
  const std::string &text() const { return reason; }
  /// Forgets the error: the next one is the first.
  void clear() {
    reason.clear();
    node.clear();
  }
  /// "node 'conv1': <text>" where the operation's location has a name; `otherwise` where an action failed without an
  /// error.
  llvm::Error take(llvm::StringRef otherwise) {
    std::string line = reason.empty() ? otherwise.str() : (node.empty() ? "" : "node '" + node + "': ") + reason;
    clear();
    return llvm::createStringError(line);
  }

private:
  std::string reason, node;
  mlir::ScopedDiagnosticHandler handler;
};

/// An error as users see it: its first line, safe to print.
inline std::string toLine(llvm::Error error) {
  return abi::toLine(llvm::StringRef(llvm::toString(std::move(error))).split('\n').first);
}

} // namespace wasmind
