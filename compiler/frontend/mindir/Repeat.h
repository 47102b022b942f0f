//===- Repeat.h - loops inside of one operator --------------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir {

/// What one iteration gives.
struct Iteration {
  llvm::SmallVector<Value> carried;
  Value proceed = nullptr; ///< rank-0 bool; null = true
};

/// At most `limit` (rank-0 i64) iterations of the body, which gets the iteration (rank-0 i64, from 0) and the carried
/// values, whose types stay. Gives the last ones; nothing where the body gave null.
llvm::SmallVector<Value> repeat(Compose &compose, Value limit, llvm::ArrayRef<Value> initial,
                                llvm::function_ref<Iteration(Value iteration, llvm::ArrayRef<Value> carried)> body);

/// x [T, ...] with `row` [...] at place `at` (rank-0 i64).
Value withRow(Compose &compose, Value x, Value at, Value row);

} // namespace wasmind::mindir
