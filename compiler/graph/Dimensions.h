//===- Dimensions.h - extents that are static or named, with bounds -----------------------------------------------===//
//
// A module names its run-time extents in the attribute `graph.dims`, an array of {name, min, max}; symbol s<i> of any
// affine expression in the module is entry i. Extents are never negative. Those of the inputs are given to a run; those
// marked `measured` are computed by it, each by a graph.measure, in the order of their numbers.
//
// A requirement of a branch that may not be taken mentions a dimension that is measured there and always 0: it is
// checked where the branch is taken, and known to what stands behind that measurement.
//
// What holds between them stands in `graph.requirements`: the model takes it for granted, and the module checks it
// before anything runs that mentions the dimensions.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include <limits>
#include <optional>
#include <string>

namespace wasmind::graph {

/// One named extent of a module: min <= value <= max at run time.
struct NamedDim {
  std::string name;
  int64_t min = 0, max = 0;
  bool measured = false; ///< by a graph.measure, else given by the inputs
  bool unnamed = false;  ///< the model has no name for it: what it meets may be equal, or one of the two is 1
};

/// What a model takes for granted of its extents: `expression` is never negative, or is zero.
struct Requirement {
  mlir::AffineExpr expression;
  bool isZero = false;
  std::string text; ///< for whoever breaks it: which node, and why
};

/// The named dimensions; index = symbol number.
struct Dims : llvm::SmallVector<NamedDim> {
  using SmallVector::SmallVector;
  /// Expressions that are never negative, by requirement. One that mentions measured dimensions holds from the
  /// measurement of the last of them on: `factsFor` picks those that hold wherever another expression is used.
  llvm::SmallVector<mlir::AffineExpr> facts;
};

/// The module's named dimensions and what is required of them.
Dims getNamedDims(mlir::ModuleOp module);
/// Those of the module that the operation stands in, with what is required where it stands; none when it stands in
/// none.
Dims namedDimsAround(mlir::Operation *op);
/// The same at the end of a block.
Dims namedDimsAt(mlir::Block *block);
/// Whether two shapes are equal extent by extent for the values that the bounds and requirements allow.
bool areProvablyEqual(llvm::ArrayRef<mlir::AffineExpr> a, llvm::ArrayRef<mlir::AffineExpr> b, const Dims &dims);
void setNamedDims(mlir::ModuleOp module, llvm::ArrayRef<NamedDim> dims);
/// What the module requires; those of given dimensions are checked at entry, others when the last measured dimension in
/// them is.
llvm::SmallVector<Requirement> getRequirements(mlir::ModuleOp module);
void addRequirement(mlir::ModuleOp module, const Requirement &requirement);
/// The highest measured dimension in an expression, -1 where all are given.
int64_t lastMeasured(mlir::AffineExpr e, llvm::ArrayRef<NamedDim> dims);
/// Whether a dimension in an expression is measured inside an operation.
bool isMeasuredInside(mlir::AffineExpr e, mlir::Operation *op);
/// The facts that hold wherever `e` is evaluated.
llvm::SmallVector<mlir::AffineExpr> factsFor(mlir::AffineExpr e, const Dims &dims);
/// Declares a dimension (or finds the one of that name) and returns its symbol.
mlir::AffineExpr declareDim(mlir::ModuleOp module, llvm::StringRef name, int64_t min, int64_t max);

/// The extents of a tensor, each a constant or an expression over the named dimensions.
llvm::SmallVector<mlir::AffineExpr> getExtents(mlir::Type tensor);
/// The tensor type with these extents; carries an encoding only when one of them is not constant.
mlir::RankedTensorType makeTensorType(llvm::ArrayRef<mlir::AffineExpr> extents, mlir::Type element);
mlir::RankedTensorType makeTensorType(mlir::MLIRContext *context, llvm::ArrayRef<int64_t> extents, mlir::Type element);
/// The same shape with another element type.
mlir::RankedTensorType withElement(mlir::Type tensor, mlir::Type element);

/// The normal form: equal polynomials over dimensions, symbols and divisions become the same pointer.
mlir::AffineExpr normalise(mlir::AffineExpr expression);
/// The terms of the normal form, largest degree first: coefficient times a product of variables (dimensions, symbols or
/// divisions taken whole).
struct Term {
  llvm::SmallVector<mlir::AffineExpr> variables;
  int64_t coefficient;
};
llvm::SmallVector<Term> termsOf(mlir::AffineExpr expression);

/// The value of a constant extent.
std::optional<int64_t> constantOf(mlir::AffineExpr extent);
bool isOne(mlir::AffineExpr extent);
/// Product of extents (1 of none).
mlir::AffineExpr productOf(llvm::ArrayRef<mlir::AffineExpr> extents, mlir::MLIRContext *context);
/// Quotient when `divisor` divides `value` for all values of the symbols (monomials are compared), else none.
std::optional<mlir::AffineExpr> divideExactly(mlir::AffineExpr value, mlir::AffineExpr divisor);
/// Whether the two are equal for all values of the symbols, by simplification.
bool provablyEqual(mlir::AffineExpr a, mlir::AffineExpr b);
/// The same for the values that the bounds and requirements allow.
bool provablyEqual(mlir::AffineExpr a, mlir::AffineExpr b, const Dims &dims);

/// Smallest and largest value over the bounds of the named dimensions where the facts are; possibly wider, never
/// narrower. Facts that no values of the dimensions satisfy are not used.
struct Interval {
  int64_t min, max;
};
Interval boundsOf(mlir::AffineExpr extent, const Dims &dims);
/// Whether a dimension in it may have any extent, as those of an operator.
bool isUnbounded(mlir::AffineExpr e, const Dims &dims);
inline constexpr int64_t extentLimit = std::numeric_limits<int32_t>::max();
bool isNeverNegative(mlir::AffineExpr e, const Dims &dims);
/// Whether `count` elements from `start` on, `stride` apart, lie inside an extent for all values of the dimensions.
bool staysInside(mlir::AffineExpr start, mlir::AffineExpr count, int64_t stride, mlir::AffineExpr extent,
                 const Dims &dims);
/// The bounds of one dimension, nearest to the present ones, with which `e` is never negative; none when one dimension
/// alone does not make it so.
std::optional<NamedDim> nearestBounds(mlir::AffineExpr e, const Dims &dims);
/// Number of elements at the upper bounds, or none when it exceeds 2^40.
std::optional<int64_t> boundedElementCount(mlir::Type tensor, const Dims &dims);

/// Prints an extent with the names of its dimensions, as "batch", "2*seq + 1" or "384".
std::string toString(mlir::AffineExpr extent, const Dims &dims);
/// Why a run ends at which a measured dimension is outside its bounds.
std::string outsideText(const NamedDim &dim);
/// For messages: the same with its bounds, as "'batch' (1..8)" or "384".
std::string boundsText(mlir::AffineExpr e, const Dims &dims);
/// For the end of a message: how to compile so that `e` is never negative, as "; compile with --dim batch=2..8"; empty
/// where bounds alone do not help.
std::string adviceText(mlir::AffineExpr e, const Dims &dims);

} // namespace wasmind::graph
