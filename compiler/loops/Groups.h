//===- Groups.h - operations that one kernel computes -------------------------------------------------------------===//
#pragma once
#include "compiler/loops/LoopsOps.h"
#include "compiler/loops/Storage.h"
#include "llvm/ADT/SetVector.h"

namespace wasmind::loops {

/// What a kernel computes: one operation's results (its root) into memory; the other members exist only in registers.
struct Group {
  DispatchKind kind = DispatchKind::Elementwise;
  mlir::Operation *root = nullptr;
  llvm::SmallSetVector<mlir::Operation *, 8> members; ///< root included
  llvm::SmallVector<mlir::Operation *> anchors;       ///< contract, convolve, window or reductions, in program order
  llvm::SmallVector<mlir::Value> inputs;              ///< what it reads from memory

  Group() = default;
  /// The body of a dispatch.
  explicit Group(DispatchOp dispatch);
};

/// The reads at the edge of the group, its anchors and numbers (constants of one element) not looked through and left
/// out.
bool walkReads(const Group &group, mlir::Value value, llvm::ArrayRef<mlir::AffineExpr> indices,
               llvm::function_ref<void(mlir::Value, llvm::ArrayRef<mlir::AffineExpr>)> read);

/// Where the root's element lies that is computed from one of the anchor: the root's indices, in d0, d1, ... for those
/// of the anchor's result. None where the root's elements are not those of the anchor, in some order.
std::optional<Indices> rootIndices(const Group &group, mlir::Operation *anchor);

} // namespace wasmind::loops
