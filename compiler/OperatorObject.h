//===- OperatorObject.h - one operator to a relocatable object ----------------------------------------------------===//
#pragma once
#include "compiler/Operators.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"

namespace wasmind {

struct OperatorObject {
  llvm::SmallVector<char, 0> bytes;
  double vectorisedShare = 1; ///< the least of its kernels' (module::Work)
};

/// Formula -> graph -> loops -> object, once per combination of element types and form of kernel. Errors: an incomplete
/// or wrong definition, what a stage refuses; without the operator's name.
llvm::Expected<OperatorObject> compileOperator(const Operator &definition, const LibraryOptions &options);

} // namespace wasmind
