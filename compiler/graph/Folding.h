//===- Folding.h - evaluating operations at compile time ----------------------------------------------------------===//
#pragma once
#include "compiler/graph/Constants.h"

namespace wasmind::graph {

/// The constant that a one-result operation on constants is worth, created at the builder's position; null when an
/// operand is not constant, the result's shape is not static, the operation cannot be evaluated, or the result would be
/// much larger than the operands (and over 64 KiB). The operation itself stays.
mlir::Value foldToConstant(mlir::OpBuilder &builder, mlir::Operation *op);

/// Whether an operation multiplies two lines into a table that is only a factor of what the run computes: such weights
/// cost less to multiply again than to keep.
bool isTableOfFactors(mlir::Operation *op);

} // namespace wasmind::graph
