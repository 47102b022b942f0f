//===- Einsum.h - sums of products by an equation of labels -------------------------------------------------------===//
#pragma once
#include "compiler/graph/Compose.h"

namespace wasmind::graph {

/// Terms of labels, one per dimension, as "bij, bjk -> bik" and "...i -> ..."; without "->" the result has the labels
/// that occur once, in alphabetical order. `fail` is told what the equation does that it must not, and null is given
/// then.
mlir::Value einsum(Compose &compose, llvm::StringRef equation, llvm::ArrayRef<mlir::Value> inputs,
                   llvm::function_ref<void(const llvm::Twine &)> fail);

} // namespace wasmind::graph
