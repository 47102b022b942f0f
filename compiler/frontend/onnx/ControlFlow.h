//===- ControlFlow.h - loops over time and iterations -------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/onnx/Operator.h"

namespace wasmind::onnx {

/// What one iteration gives.
struct Iteration {
  struct Row {
    Value value;
    Value index; ///< rank-0 i64: which entry of the stacked result it is
  };
  Value proceed; ///< rank-0 bool; null = true
  llvm::SmallVector<Value> carried;
  llvm::SmallVector<Row> rows;
};

/// Emits a loop of at most `tripCount` (rank-0 i64) iterations while `condition` (rank-0 bool, null = true) holds. The
/// body is emitted once. Results: the last carried values, then per row a tensor [rowCount, row's shape...]; without
/// rows `rowCount` may be null. The node fails where a carried value changes its type. `names` are those of the carried
/// values by which users bound extents; none: they are the node's outputs.
std::optional<llvm::SmallVector<Value>>
emitLoop(Node &node, Value tripCount, Value condition, AffineExpr rowCount, llvm::ArrayRef<Value> initial,
         llvm::function_ref<std::optional<Iteration>(Value iteration, llvm::ArrayRef<Value> carried)> body,
         llvm::ArrayRef<std::string> names = {});

/// What a branch gives; none where the node failed.
using Branch = std::optional<llvm::SmallVector<Value>>;

/// Emits one of two branches by `condition` (rank-0 bool). Extents in which their results differ are measured; the node
/// fails where more than these differ.
Branch emitIf(Node &node, Value condition, llvm::function_ref<Branch()> onTrue, llvm::function_ref<Branch()> onFalse);

/// A bool or integer of one element as rank 0.
Value toScalar(Node &node, Value x);

} // namespace wasmind::onnx
