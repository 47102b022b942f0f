//===- Slicing.h - ranges of one dimension as numpy slices them ---------------------------------------------------===//
#pragma once
#include "compiler/graph/Dimensions.h"
#include "llvm/Support/Error.h"

namespace wasmind::graph {

/// begin:end:stride; negative bounds count from the end, bounds outside are moved to the nearest place inside. A null
/// bound is open. `startsInside`: a begin ahead of the first element is the first one backwards, too (ONNX), where
/// numpy takes nothing.
struct AxisSlice {
  mlir::AffineExpr begin, end;
  int64_t stride = 1;
  bool startsInside = false;
};

/// What a slice takes: `count` elements from `start` on, `stride` apart (never negative), turned round if `isReversed`.
struct AxisRange {
  mlir::AffineExpr start, count;
  int64_t stride = 1;
  bool isReversed = false;
};

class Compose;

/// begin:end as rank-0 integers that the run computes; null where open. Otherwise as AxisSlice.
struct ComputedSlice {
  mlir::Value begin, end;
  int64_t stride = 1;
  bool startsInside = false;
};

/// Makes an expression non-negative for all values of the dimensions, if need be by narrower bounds; false where it is
/// not. The default takes the bounds as they are.
using Ensure = llvm::function_ref<bool(mlir::AffineExpr)>;

/// Finds the range of a slice of a dimension of extent `extent`. An error says why the bounds of the module's
/// dimensions do not decide where it lies, and which would.
llvm::Expected<AxisRange> rangeOf(const AxisSlice &slice, mlir::AffineExpr extent, mlir::ModuleOp module,
                                  Ensure ensure = nullptr);

/// The same by measured dimensions, which are named `name` and what they are: found where the run gets there.
AxisRange measureRange(Compose &compose, const ComputedSlice &slice, mlir::AffineExpr extent, llvm::StringRef name);

/// end - begin where that is never negative, 0 where it never is positive. An error says why it may be both.
llvm::Expected<mlir::AffineExpr> distanceOf(mlir::AffineExpr begin, mlir::AffineExpr end, mlir::ModuleOp module,
                                            Ensure ensure = nullptr);

/// The place of one element, counted from the end where `index` is negative. An error says why it may lie outside.
llvm::Expected<mlir::AffineExpr> placeOf(mlir::AffineExpr index, mlir::AffineExpr extent, mlir::ModuleOp module,
                                         Ensure ensure = nullptr);

/// Fails when the indices are constant and one of them lies outside. Others are looked after at run time.
llvm::Error checkIndices(mlir::Value indices, mlir::AffineExpr extent, mlir::ModuleOp module, Ensure ensure = nullptr);

/// Fails unless `count` elements from `start` on lie inside `extent`; both are taken as they are.
llvm::Error checkInside(mlir::AffineExpr start, mlir::AffineExpr count, mlir::AffineExpr extent, mlir::ModuleOp module);

} // namespace wasmind::graph
