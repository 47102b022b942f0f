//===- Reductions.h - elements of reductions, products and windows, computed where they are read ------------------===//
#pragma once
#include "compiler/loops/Kernel.h"

namespace wasmind::loops {

/// Makes reads of the anchor's result compute the element: a loop over its reduction dimensions, in as many lanes as
/// the reader asks for. This is the plain form of every anchor; faster forms exist for f32 contractions, convolutions,
/// rows.
mlir::LogicalResult defineAnchor(KernelContext &context, mlir::Operation *anchor);

/// One reduction dimension: the loop runs over [low, high).
struct ReductionLoop {
  mlir::Value low, high;
};

/// One dimension of a window.
struct SlidingDim {
  mlir::AffineExpr size, stride, padLow, padHigh, dilation, extent; ///< extent: of the input

  mlir::AffineExpr at(mlir::AffineExpr out, mlir::AffineExpr k) const { return out * stride + k * dilation - padLow; }
  /// Whether it is known that no window leaves the input.
  bool isInside() const {
    auto low = graph::constantOf(padLow), high = graph::constantOf(padHigh);
    return low && high && *low <= 0 && *high <= 0;
  }
};

/// At output index `out`: the part of [0, size) whose input index out * stride - padLow + k * dilation lies in
/// [0, extent).
ReductionLoop clippedLoop(Emitter &emitter, mlir::AffineExpr out, const SlidingDim &dim);

/// The running value's start for a kind of reduction of an element type.
mlir::Value initialValue(Emitter &emitter, graph::ReduceKind kind, mlir::Type element);
mlir::Value combine(Emitter &emitter, graph::ReduceKind kind, mlir::Value a, mlir::Value b, mlir::Type element);
/// Combines the lanes of a vector into a scalar.
mlir::Value combineLanes(Emitter &emitter, graph::ReduceKind kind, mlir::Value vector, mlir::Type element);

/// Reduces `at(i)` for i in [0, length) in vectors: `at` is evaluated for 16, 4 and 1 lanes.
mlir::Value reduceInVectors(Emitter &emitter, graph::ReduceKind kind, mlir::Type element, mlir::AffineExpr length,
                            llvm::function_ref<mlir::Value(mlir::AffineExpr, Lanes)> at);

/// Operations on elements that an operation is made of, at the bounds; 0 for those that only move elements.
uint64_t operationsOf(ProgramBuilder &program, mlir::Operation *op);

} // namespace wasmind::loops
