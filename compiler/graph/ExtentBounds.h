//===- ExtentBounds.h - the three ways by which Bounds.cpp bounds an expression -----------------------------------===//
//
// Each is sound: never narrower than what the expression can be. A bound of -unknownBound or unknownBound is none.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/graph/Dimensions.h"
#include "mlir/IR/DialectInterface.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <map>
#include <mutex>
#include <vector>

namespace wasmind::graph {

inline constexpr int64_t unknownBound = int64_t(1) << 60;

struct Bounds {
  Interval range;
  bool isExact = false; ///< both ends are values of the expression
};

/// By interval arithmetic, and by whatever else makes them narrower; facts are not used.
Interval boundsInBox(mlir::AffineExpr e, const Dims &dims);

/// By interval arithmetic over the tree, in which no two parts know of each other.
Bounds boundsOfTree(mlir::AffineExpr e, const Dims &dims);

/// By the slopes of the normal form: a variable in which it only rises, or only falls, stands at an end of its range.
Interval monotoneBounds(mlir::AffineExpr e, const Dims &dims);

/// By integer programming, where every fact is at least zero; `outer` are bounds known before. None when no values of
/// the dimensions satisfy the facts, or the expression has too many parts. Facts with too many parts are left out.
std::optional<Interval> polyhedralBounds(mlir::AffineExpr e, llvm::ArrayRef<mlir::AffineExpr> facts, const Dims &dims,
                                         Interval outer);

/// The answers given in a context, which the graph dialect keeps: verifiers ask the same thousands of times. Any
/// thread.
class RememberedBounds : public mlir::DialectInterface::Base<RememberedBounds> {
public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(RememberedBounds)
  explicit RememberedBounds(mlir::Dialect *dialect) : Base(dialect) {}

  /// What `decide` says of `e` where the facts are, which it says once per expression, facts and bounds of dimensions.
  static Interval of(mlir::AffineExpr e, llvm::ArrayRef<mlir::AffineExpr> facts, const Dims &dims,
                     llvm::function_ref<Interval()> decide);

private:
  using Question = std::vector<int64_t>;
  static constexpr size_t limit = 1 << 14;

  std::mutex mutex;
  std::map<Question, Interval> answers;
};

/// The dimensions that the attributes of a module were read as last, which the graph dialect keeps: nearly every
/// operation asks for them. Any thread.
class RememberedDims : public mlir::DialectInterface::Base<RememberedDims> {
public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(RememberedDims)
  explicit RememberedDims(mlir::Dialect *dialect) : Base(dialect) {}

  Dims of(mlir::ArrayAttr dims, mlir::ArrayAttr requirements);

private:
  std::mutex mutex;
  Dims known;
  std::vector<mlir::Attribute> dimEntries, requirementEntries; ///< that `known` is read from
};

} // namespace wasmind::graph
