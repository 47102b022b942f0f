//===- Plan.h - where everything lies in memory -------------------------------------------------------------------===//
//
//   base: extents | inputs and state | outputs | arena (intermediate tensors and scratch) | prepared | weights
//
// The plan (PlanMemory.cpp) gives the memory of a schedule its addresses, and the schedule the attribute `loops.plan`.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/graph/State.h"
#include "compiler/loops/Loops.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace wasmind::loops {

/// Of every tensor and scratch, in bytes.
constexpr uint64_t alignment = 64;
/// Room after each tensor, so that vector loads past the end of a row stay inside the memory.
constexpr uint64_t slack = 64;

/// The parts of the memory.
struct MemoryParts {
  Range extents, arena, prepared, weights;
  Range stepRange;              ///< of a profile
  uint64_t leastArenaBytes = 0; ///< of what is needed at one time, the most
  uint64_t end = 0;             ///< of all

  /// The i32 behind the extents that says why a run failed: the address of a text, 0 where it did not.
  uint32_t statusAddress() const { return extents.offset + extents.byteLength - 4; }
  /// The i32 ahead of what is prepared that is 1 once it has been.
  uint32_t isPreparedAddress() const { return prepared.offset; }
};
/// Whether the plan has been made, and all memory has its address.
bool isPlanned(mlir::func::FuncOp schedule);
MemoryParts partsOf(mlir::func::FuncOp schedule);
void setParts(mlir::func::FuncOp schedule, const MemoryParts &parts);

/// The address of memory of a planned schedule.
uint32_t addressOf(mlir::Value memory);
void setAddress(mlir::Value memory, uint64_t address);
/// Whether it was given an address.
bool isPlaced(mlir::Value memory);

/// The bytes of a schedule's constants, which its weights are, in order; the addresses are still to be set.
std::vector<std::pair<mlir::Value, Segment>> segmentsOf(mlir::func::FuncOp schedule);

/// Of a constant that was made for a schedule.
constexpr llvm::StringLiteral packedAttribute = "loops.packed";
/// Frees the bytes of such constants, of a schedule that is given up: the context would keep them.
void releaseConstants(mlir::ModuleOp module);

/// The run-time extents that a run of the entry reads or writes, from `address` on, in order.
std::vector<ExtentSlot> extentsOf(mlir::func::FuncOp entry, uint32_t address);
/// Bytes of a tensor at the bounds of its extents; none when it has more than 2^40 elements.
std::optional<uint64_t> boundedBytes(mlir::Type tensor, const graph::Dims &dims);
/// The same of an input, a state or an output, as hosts know its extents.
std::optional<uint64_t> slotBytes(mlir::func::FuncOp entry, mlir::Type tensor);

/// What hosts and the module stage need to know of a planned schedule; without its code. Segments point into constants.
Program describeProgram(mlir::func::FuncOp schedule, bool profile);

} // namespace wasmind::loops
