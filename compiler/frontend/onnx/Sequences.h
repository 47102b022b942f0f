//===- Sequences.h - positions in sequences, known while compiling or at run time ---------------------------------===//
#pragma once
#include "compiler/frontend/onnx/Operator.h"

namespace wasmind::onnx {

/// A position in a sequence: a number where it is known while compiling, else a rank-0 i64 of the run.
struct Position {
  int64_t known = 0;
  Value computed; ///< null where it is known; never negative
};

/// Input i of the node as one of the first `places` positions; negative ones are counted from the end of `count`
/// tensors. The last position where the node has no such input. Fails where it is known to lie outside.
std::optional<Position> positionOf(Node &node, unsigned i, int64_t count, int64_t places);

/// One tensor of all, to be picked from by positions that the run computes. Fails where the tensors differ in their
/// types: which of them is picked decides the type of the result.
Value stack(Node &node, llvm::ArrayRef<Value> tensors, unsigned position);

/// How many parts there are.
AffineExpr countOf(Node &node, const Parts &parts);
/// The part at a position that input `i` gives; negative ones are counted from the end. The run ends where there is
/// none.
Value partAt(Node &node, const Parts &parts, unsigned i);

} // namespace wasmind::onnx
