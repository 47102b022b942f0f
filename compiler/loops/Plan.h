//===- Plan.h - where everything lies in memory -------------------------------------------------------------------===//
//
//   base: extents | inputs and state | outputs | arena (intermediate tensors and scratch) | prepared | weights
//
// Intermediate tensors share the arena by liveness: two overlap only when no kernel runs between the first write of one
// and the last read of the other, or when one is computed from the other in place. Inputs and outputs keep memory of
// their own, so inputs survive a run. So does state; its next value is written there after all reads of the old one.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/loops/Kernel.h"

namespace wasmind::loops {

/// One step of the program, in order. Control flow is a pair of brackets around steps.
struct KernelCall {
  enum class Form {
    Call, ///< callee(operands)
    Copy, ///< operands[0] to operands[1]: a whole tensor of type `copied`
    Loop, ///< up to End: while operands[1] (bool) and iteration < operands[0] (i64); operands[2] = iteration (i64)
    Then, ///< up to Else: when operands[0] (bool)
    Else, ///< up to End: otherwise
    End,
    Measure, ///< operands[0] (i64) becomes dimension `dim`; the run fails where it or what follows from it is not
             ///< allowed
    Check,   ///< what is required of the dimensions that are given
    Publish, ///< writes the extents of outputs that follow from measured dimensions
    Keep     ///< the dimensions of state become what the next run starts from; the last step
  };
  Form form = Form::Call;
  int64_t dim = -1;
  mlir::RankedTensorType copied; ///< not the type of its storage, whose extents a loop measures at its end
  std::string callee;
  std::vector<KernelOperand> operands;
  llvm::SmallVector<mlir::Value> outputs;
  llvm::SmallVector<mlir::Value> inPlace; ///< operands whose memory the one output may take
  llvm::SmallVector<uint32_t> scratch;    ///< addresses of the scratch operands, in order; filled by the plan
  abi::Step step;
};

/// Of every tensor and scratch, in bytes.
constexpr uint64_t alignment = 64;
/// Room after each tensor, so that vector loads past the end of a row stay inside the memory.
constexpr uint64_t slack = 64;

class MemoryPlan {
public:
  MemoryPlan(Kernels &kernels, Program &program) : kernels(kernels), program(program) {}

  /// Decides all addresses and fills the program's slots, extents, ranges and segments.
  mlir::LogicalResult run(mlir::func::FuncOp entry, std::vector<KernelCall> &calls);
  uint32_t addressOf(const KernelOperand &operand, const KernelCall &call) const;
  /// Where bytes of the weights image lie.
  uint32_t addressOfWeights(uint32_t offset) const { return weightsBase + offset; }
  /// Where prepared bytes lie, and the i32 that is 1 once they have been.
  uint32_t addressOfPrepared(uint32_t offset) const { return program.prepared.offset + alignment + offset; }
  uint32_t addressOfIsPrepared() const { return program.prepared.offset; }
  /// The i32 behind the extents that says why a run failed: the address of a text, 0 where it did not.
  uint32_t addressOfStatus() const { return program.extentTable.offset + 4 * program.extents.size(); }

private:
  Kernels &kernels;
  Program &program;
  llvm::DenseMap<mlir::Value, uint32_t> addresses;
  uint32_t weightsBase = 0;

  mlir::FailureOr<uint64_t> byteLengthOf(mlir::Value tensor, mlir::Location location, bool isSlot = false);
  void declareExtents(mlir::func::FuncOp entry);
  /// The type with the given dimensions in place of what they are required to equal, as a name "past + seq" says.
  mlir::Type withGivenExtents(mlir::Type tensor, mlir::ModuleOp module) const;
  /// Where the next values of states lie: in the state where that is safe; else they are copied there by steps at the
  /// end.
  void placeState(mlir::func::FuncOp entry, std::vector<KernelCall> &calls);
};

} // namespace wasmind::loops
