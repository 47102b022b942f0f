//===- Import.h - what every front end takes and gives ------------------------------------------------------------===//
#pragma once
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringMap.h"
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace wasmind::frontend {

/// What the user said about run-time extents, by the dimension's name; min == max fixes it.
struct ImportOptions {
  struct Range {
    int64_t min = 0, max = 0;
  };
  llvm::StringMap<Range> dims;
};

/// A model as a graph module. `keepAlive` owns the mapped files that its large constants point into: it must outlive
/// the module and the context the module lives in. `notes` are one-line remarks for the user, such as chosen bounds.
struct Imported {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<std::shared_ptr<void>> keepAlive;
  std::vector<std::string> notes;
};

} // namespace wasmind::frontend
