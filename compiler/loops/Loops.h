//===- Loops.h - whole-tensor graph to vectorised loops on planned memory -----------------------------------------===//
#pragma once
#include "abi/Steps.h"
#include "compiler/graph/Dimensions.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wasmind::loops {

struct Options {
  bool relaxedSimd = false;           ///< fused multiply-add is one instruction
  bool winograd = false;              ///< convolutions may be computed through Winograd's transforms
  bool profile = false;               ///< `run_steps` does some of the steps of `run`
  uint32_t base = 65536;              ///< first byte the plan may use; the stack and LLVM's constants lie below
  uint64_t limit = uint64_t(1) << 30; ///< largest plan in bytes, without weights
};

/// One input or output: dense row-major at its actual extents, from byte `offset`; `byteLength` is at the bounds.
struct Slot {
  std::string name;
  mlir::RankedTensorType type;
  uint32_t offset = 0, byteLength = 0;
};

/// A tensor that keeps its value between runs.
struct StateSlot {
  Slot slot;
  std::string output;                    ///< name of the result that is its next value
  std::optional<uint32_t> initialOffset; ///< of its first value among the weights; without it, zeros
};

/// A run-time extent: one i32 at byte `offset`. Derived ones are written by the program. Hidden ones are no part of the
/// signature: no shape of an input or output is one of them.
struct ExtentSlot {
  std::string name;
  mlir::AffineExpr expression;
  int64_t min = 0, max = 0;
  uint32_t offset = 0;
  bool derived = false, hidden = false;
  std::optional<int64_t> initial; ///< of one that the module keeps from run to run: before the first
};

/// Constant bytes at an address; `bytes` points into `owned` or into the model file.
struct Segment {
  uint32_t address = 0;
  llvm::ArrayRef<char> bytes;
  std::shared_ptr<std::vector<char>> owned;
};

/// What `wasmind inspect` says of one kernel: what it computes (`kind`), and how (`strategy`,
/// `tile`). FLOPs and bytes are per call, at the bounds.
struct KernelRecord {
  std::string name, kind, strategy, tile, shape;
  uint64_t flops = 0, bytes = 0;
  unsigned calls = 0;
};

struct Range {
  uint32_t offset = 0, byteLength = 0;
};

/// The lowered program: functions over pointers in upstream dialects, and the memory they assume.
struct Program {
  mlir::OwningOpRef<mlir::ModuleOp> code; ///< `run` has the attribute `wasmind.export`
  std::vector<Slot> inputs, outputs;
  std::vector<StateSlot> state;
  std::vector<ExtentSlot> extents;
  std::vector<Segment> segments;
  std::vector<KernelRecord> kernels;
  std::vector<abi::Step> steps; ///< in order
  Range extentTable, arena, prepared, weights;
  uint64_t leastArenaBytes = 0; ///< of tensors and scratch that are alive in one step, the most
  Range stepRange;              ///< of Options::profile: two i32, the steps [first, last) that `run_steps` does
  uint32_t pages = 0;
};

/// A copy of a verified graph module whose operations are gathered into dispatches with strategies (LoopsOps.td).
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> formDispatches(mlir::ModuleOp graph, const Options &options);

/// Lowers the function @run of a module of dispatches. Constants belong to the context, which must outlive the
/// program's segments. Errors name the operation that cannot be lowered and why, or the plan's size where it exceeds
/// the limit.
llvm::Expected<Program> lowerDispatches(mlir::ModuleOp dispatches, const Options &options);

/// Both of a verified graph module, which stays as it is.
llvm::Expected<Program> lowerToLoops(mlir::ModuleOp graph, const Options &options);

/// One kernel of an operator's object:
///   int32_t name(void *const *operands)
/// `operands` are the inputs' and then the outputs' data, dense; the actual extents of the graph's named dimensions lie
/// in the i32 table `extents`, a global that kernels of one object may share. Intermediate tensors lie in the workspace
/// of runtime/guest. Returns 0, or 1 when there is no workspace left.
struct OperatorKernel {
  std::string name, extents;
};

/// Lowers the function @run of a verified graph module into `code`. Bounds of named
/// dimensions need not be narrow: no memory is planned. Errors as above.
llvm::Expected<std::vector<KernelRecord>> lowerOperator(mlir::ModuleOp graph, const OperatorKernel &kernel,
                                                        mlir::ModuleOp code, const Options &options);

/// Checks code alone: dialects, and that whatever is called is defined (or a function of runtime/guest).
llvm::Error verifyCode(mlir::ModuleOp code);
/// Checks what the stage guarantees (README.md); the end of `lowerToLoops`. An error is a mistake of this stage.
llvm::Error verifyLoops(const Program &program, const Options &options);

} // namespace wasmind::loops
