//===- Transposes.h - permutations and values seen through them ---------------------------------------------------===//
#pragma once
#include "compiler/graph/Graph.h"
#include "mlir/IR/PatternMatch.h"

namespace wasmind::graph {

using Permutation = llvm::SmallVector<int64_t>;

Permutation inverse(llvm::ArrayRef<int64_t> permutation);
bool isIdentity(llvm::ArrayRef<int64_t> permutation);

/// list in the order of the input of a transpose, from one in the order of its result.
template <typename List> auto toInputOrder(const List &list, llvm::ArrayRef<int64_t> permutation) {
  llvm::SmallVector<std::decay_t<decltype(list[0])>> result(permutation.size());
  for (auto [i, at] : llvm::enumerate(permutation))
    result[at] = list[i];
  return result;
}

/// transpose(value, permutation), or null when its type would not be what `value` has. A transpose that moves nothing
/// but extents of 1 is made as a reshape; that of a constant is evaluated.
mlir::Value makeTranspose(mlir::OpBuilder &builder, mlir::Location location, mlir::Value value,
                          llvm::ArrayRef<int64_t> permutation);

/// Whether a transpose leaves the order of the elements in memory as it is.
bool movesOnlyUnitExtents(mlir::Type input, llvm::ArrayRef<int64_t> permutation);

/// A value whose transpose by `permutation` is `value`, where that costs nothing at run time (an operand of such a
/// transpose, a constant, a tensor that only unit extents tell apart, a broadcast of such); null elsewhere.
mlir::Value untranspose(mlir::OpBuilder &builder, mlir::Value value, llvm::ArrayRef<int64_t> permutation);
/// The question whether `untranspose` gives a value.
bool canUntranspose(mlir::Value value, llvm::ArrayRef<int64_t> permutation);

/// Patterns that sink transposes below operations / take them out of their results.
void populateSinkTransposePatterns(mlir::RewritePatternSet &patterns);
void populateReshapeTransposePatterns(mlir::RewritePatternSet &patterns);
/// Patterns that let products take transposes in.
void populateAbsorbTransposePatterns(mlir::RewritePatternSet &patterns);

} // namespace wasmind::graph
