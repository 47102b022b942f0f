//===- Checks.h - what a run finds out about its extents before kernels rely on it --------------------------------===//
//
// A run that breaks a requirement, or measures a dimension outside its bounds, ends with the address of a text in the
// status, an i32 behind the extents. Texts lie among the weights.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/loops/Emitter.h"
#include "compiler/loops/LoopsOps.h"
#include "compiler/loops/Plan.h"

namespace wasmind::loops {

/// What is required of extents and known once the dimension `last` has been measured (-1: from the start).
llvm::SmallVector<graph::Requirement> requirementsAfter(mlir::ModuleOp module, int64_t last);

/// The code of a planned schedule's checks.
class Checks {
public:
  Checks(mlir::ModuleOp module, mlir::func::FuncOp schedule, const MemoryParts &parts);

  /// Whether a step may make the run fail; if none may there is no status.
  bool areNeeded() const { return anyText != nullptr; }
  /// What a step that checks finds, i32: the address of the first text that applies, or 0. The value that is measured
  /// is stored for those that rely on it where it lies within its bounds.
  mlir::Value found(Emitter &emitter, CheckOp check) const;
  mlir::Value found(Emitter &emitter, SetDimOp measure) const;
  /// The status, and a new one.
  mlir::Value status(Emitter &emitter) const;
  void setStatus(Emitter &emitter, mlir::Value text) const;
  /// The export by which hosts find the text.
  void emitErrorText(mlir::ModuleOp code, mlir::Location location, const ExtentTable &extents) const;

private:
  mlir::Value required(Emitter &emitter, int64_t last, mlir::ValueRange texts) const;

  mlir::ModuleOp module;
  graph::Dims dims;
  uint32_t statusAddress;
  mlir::Value anyText; ///< null: there is none
};

} // namespace wasmind::loops
