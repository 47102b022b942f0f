//===- Recurrent.h - operators that run a sequence step by step ---------------------------------------------------===//
#pragma once
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir {

/// Fails where a parameter that MindSpore's recurrent kernels know asks for another than the plain form: one direction,
/// one layer, all steps of all sequences (input `lengths` is None), no dropout, clipping or projection.
void expectPlainRecurrence(Node &node, unsigned lengths);

/// From the initial states [B, H] on, step([B, ...] of x [T, B, ...], states) gives the next ones. Gives those of all
/// steps, [T, B, H] each; nothing where a step gives null.
llvm::SmallVector<Value>
recur(Node &node, Value x, llvm::ArrayRef<Value> initial,
      llvm::function_ref<llvm::SmallVector<Value>(Value input, llvm::ArrayRef<Value> states)> step);

} // namespace wasmind::mindir
