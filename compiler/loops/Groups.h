//===- Groups.h - which operations become one kernel --------------------------------------------------------------===//
//
// A group computes one operation's results (its root) into memory; its other members exist only in registers. What a
// group may hold is its kind:
//   Elementwise  pointwise operations only
//   Contract, Convolve, Window   one such anchor, then an elementwise epilogue over the same elements
//   Reduce       one reduction with a pointwise prologue on its input and an epilogue on its result
//   Row          several reductions of the last dimension of one domain and what lies between (softmax, layer norm)
//   Single       any other operation, alone (concat and pad with pointwise prologues)
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/graph/Graph.h"
#include "compiler/loops/Emitter.h"
#include "llvm/ADT/SetVector.h"

namespace wasmind::loops {

enum class GroupKind { Elementwise, Contract, Convolve, Window, Reduce, Row, Single };

struct Group {
  GroupKind kind = GroupKind::Elementwise;
  mlir::Operation *root = nullptr;
  llvm::SmallSetVector<mlir::Operation *, 8> members; ///< root included
  llvm::SmallVector<mlir::Operation *> anchors;       ///< contract, convolve, window or reductions, in program order
  llvm::SmallVector<mlir::Value> inputs;              ///< what it reads from memory
  unsigned cost = 0;                                  ///< of its members, about instructions per element
};

/// A group is cut here: LLVM's work grows with the square of a function's length and more, and registers run out long
/// before. Far beyond what models put between two operations that need memory.
inline constexpr unsigned groupCostLimit = 256;
/// A concat of more operands is one of several: engines take at most 1000 parameters.
inline constexpr unsigned concatOperandLimit = 256;

/// The groups of a block in an order that respects their data flow. General reshapes belong to no group: they are other
/// names of their operand's memory (`storageOf`).
llvm::SmallVector<Group> formGroups(mlir::Block &block);

/// The value whose memory holds `value`.
mlir::Value storageOf(mlir::Value value);

/// Calls `read(value, indices)` for each element that computing `value` at `indices` reads at the edge of the group.
/// False when an index is not affine (gather).
bool walkReads(const Group &group, mlir::Value value, llvm::ArrayRef<mlir::AffineExpr> indices,
               llvm::function_ref<void(mlir::Value, llvm::ArrayRef<mlir::AffineExpr>)> read);

/// Indices d<first>, d<first + 1>, ... for the dimensions of a tensor; 0 where the extent is 1.
Indices identityIndices(mlir::Type tensor, unsigned first = 0);
/// The row form of a reduction: the extents before the last reduced dimension, units dropped. None when the reduced
/// dimensions are not exactly the last one (units aside).
std::optional<Indices> rowDomain(graph::ReduceOp reduce);

} // namespace wasmind::loops
