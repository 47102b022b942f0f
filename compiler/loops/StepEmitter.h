//===- StepEmitter.h - the code that does the steps of a schedule -------------------------------------------------===//
#pragma once
#include "compiler/loops/Emitter.h"
#include "compiler/loops/LoopsOps.h"

namespace wasmind::loops {

class Checks;

/// Where more steps are than LLVM and engines compile well in one function, it makes others that do them.
class StepEmitter {
public:
  using Steps = llvm::ArrayRef<mlir::Operation *>;
  /// The pointer to memory of the schedule.
  using PointerTo = std::function<mlir::Value(Emitter &, mlir::Value)>;

  StepEmitter(mlir::func::FuncOp schedule, mlir::ModuleOp code, ExtentTable extents, PointerTo pointerTo);

  const Checks *checks = nullptr;             ///< null where no step can fail
  std::function<void(Emitter &)> publishLate; ///< writes the extents of outputs that follow from measured dimensions
  bool isOneFunction = false;                 ///< memory is known to the entry alone
  std::string prefix;                         ///< of the names of other functions

  /// Emits the steps of one block, from any to any.
  void emit(Emitter &emitter, Steps steps);
  /// Makes a function that does what `emit` says.
  mlir::func::FuncOp emitFunction(mlir::Location location, const llvm::Twine &name,
                                  llvm::function_ref<void(Emitter &)> emit);
  /// Dimensions that steps measure are loaded at each use.
  void reloadMeasured(Emitter &emitter) const { emitter.reloadFrom(firstMeasured); }
  /// Whether (i1) no step has failed; where steps can.
  mlir::Value noneFailed(Emitter &emitter) const;

private:
  mlir::func::FuncOp schedule;
  mlir::ModuleOp code;
  ExtentTable extents;
  PointerTo pointerTo;
  unsigned firstMeasured;
  unsigned branchCount = 0; ///< that were emitted around what follows a step that may fail
  unsigned functionCount = 0;

  void emitInline(Emitter &emitter, Steps steps);
  void emitElsewhere(Emitter &emitter, llvm::StringRef name, llvm::function_ref<void(Emitter &)> emit);
  void emitRest(Emitter &emitter, llvm::function_ref<void(Emitter &)> emit);
  void emitStep(Emitter &emitter, mlir::Operation *step);
  void emitKeep(Emitter &emitter);
  void emitLoop(Emitter &emitter, WhileOp loop);
  void emitBranch(Emitter &emitter, BranchOp branch);
};

} // namespace wasmind::loops
