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

/// The element offset of `indices` of a tensor in the memory of `storageOf(tensor)`.
mlir::AffineExpr flatOffset(mlir::Value tensor, llvm::ArrayRef<mlir::AffineExpr> indices);

} // namespace wasmind::loops
