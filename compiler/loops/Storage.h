//===- Storage.h - whose memory a value lies in, and where --------------------------------------------------------===//
//
// A reshape is another name of its operand's memory, a part of a join lies in the join's, and what a loop carries where
// the loop's result will; there an iteration scatters to it. Everything else has memory of its own.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/loops/Access.h"

namespace wasmind::loops {

/// The value whose memory holds `value`: for what a dispatch reads or computes, a value outside of it.
mlir::Value storageOf(mlir::Value value);

/// The state of the entry whose memory holds `value`; null where none does.
mlir::BlockArgument stateOf(mlir::Value value);

/// How many elements of the memory of `storageOf(tensor)` lie ahead of the tensor's first, where that is a constant;
/// else 0. Kernels get pointers to there, so that one kernel serves parts of equal strides.
int64_t beginOf(mlir::Value tensor);

/// The element offset of `indices` of a tensor from there.
mlir::AffineExpr flatOffset(mlir::Value tensor, llvm::ArrayRef<mlir::AffineExpr> indices);

} // namespace wasmind::loops
