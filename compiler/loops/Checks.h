//===- Checks.h - what a run finds out about its extents before kernels rely on it --------------------------------===//
//
// A run that breaks a requirement, or measures a dimension outside its bounds, ends with the address of a text in the
// status, an i32 behind the extents. Texts lie among the weights.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/loops/Plan.h"

namespace wasmind::loops {

class Checks {
public:
  /// Adds the texts to the weights: to be made before the plan is.
  explicit Checks(Kernels &kernels);

  bool areNeeded() const { return !empty; }
  /// Whether dimension `last` (-1: those that are given) has something required of it.
  bool areRequired(int64_t last) const;

  /// The address of the first text that applies, or 0: i32. Of the given dimensions, and of a measured one, whose value
  /// (i64) is stored for those that rely on it where it lies within its bounds.
  mlir::Value given(Emitter &emitter, const MemoryPlan &plan) const { return required(emitter, plan, -1); }
  mlir::Value measured(Emitter &emitter, const MemoryPlan &plan, unsigned dim, mlir::Value value) const;
  /// The status, and a new one.
  mlir::Value status(Emitter &emitter, const MemoryPlan &plan) const;
  void setStatus(Emitter &emitter, const MemoryPlan &plan, mlir::Value text) const;
  /// The export by which hosts find the text.
  void emitErrorText(mlir::ModuleOp code, mlir::Location location, const MemoryPlan &plan,
                     const ExtentTable &extents) const;

private:
  mlir::Value required(Emitter &emitter, const MemoryPlan &plan, int64_t last) const;
  uint32_t addText(std::string text);

  Kernels &kernels;
  struct Rule {
    graph::Requirement requirement;
    int64_t last; ///< measured dimension in it, -1 when all are given
    uint32_t text;
  };
  std::vector<Rule> rules;
  llvm::DenseMap<unsigned, uint32_t> outside; ///< texts by measured dimension
  uint32_t nothing = 0;                       ///< an empty text
  bool empty = true;
};

} // namespace wasmind::loops
