//===- Origin.h - what a value is computed from, and which option makes it known ----------------------------------===//
#pragma once
#include "mlir/IR/Value.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <string>

namespace wasmind::frontend {

/// " --dim NAME=VALUE" for the option "--dim", quoted where a shell needs it.
std::string optionText(llvm::StringRef option, llvm::StringRef name, llvm::StringRef value);
/// Whether a name stands for itself in a message: letters, digits, '_' and '.' only.
bool isWord(llvm::StringRef name);

/// "inputs 'a', 'b' and 'c'"; of many, the first ones.
std::string listed(llvm::StringRef kind, llvm::ArrayRef<std::string> names);

/// The inputs from whose data a value is computed, else the dimensions from which it is.
struct Origin {
  llvm::SmallVector<std::string> inputs, dims;
  std::string text() const;    ///< "inputs 'a' and 'b'", "dimension 'n'", or "a loop's iteration"
  std::string options() const; ///< " --constant a=... --constant b=..."
  std::string advice() const;  ///< "; fix it with --dim n=N", or nothing
};

/// `value` lies in a function whose arguments have names (`graph.name`).
Origin originOf(mlir::Value value);

} // namespace wasmind::frontend
