//===- Reductions.h - what the reductions share -------------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir {

struct Reduction {
  Value x;
  Integers dims; ///< from 0, ascending
  bool keepDims = false;
};

/// (x, axis, keep_dims): no axes, or None, means all. x is made `element` first, when given.
Reduction reductionOf(Node &node, Type element = {}, unsigned keepDimsAt = 2);
/// (x, dim, keepdim, dtype) of the mint interface: x is made the dtype, or the declared result's; or `element`.
Reduction extReductionOf(Node &node, Type element = {});

/// (x, order, dim, keepdim, dtype)
Reduction normReductionOf(Node &node);

Operand reduce(Node &node, ReduceKind kind, const Reduction &reduction);
Operand mean(Node &node, const Reduction &reduction);
/// Variance, or its square root, with the sum of squares divided by the count less `correction`.
Value deviation(Node &node, const Reduction &reduction, int64_t correction, bool squareRoot);
/// The same and the mean, of (x, dim, correction, keepdim).
Operand deviationAndMean(Node &node, bool squareRoot);

/// Where the largest or smallest element along one dimension is:
/// of (x, axis, output_type), one dimension less;
Operand argReduce(Node &node, ReduceKind extreme);
/// of (x, dim, keepdim), without a dimension in all of x;
Operand argReduceExt(Node &node, ReduceKind extreme);
/// of (x, axis, keep_dims), with the element itself behind;
Operand argReduceWithValue(Node &node, ReduceKind extreme);
/// of (x, dim, keepdim), with the element itself ahead.
Operand reduceWithIndex(Node &node, ReduceKind extreme);

/// Running sums or products of (x, axis, exclusive, reverse).
Operand cumulate(Node &node, ReduceKind kind);

/// Running maxima or minima of (x, axis), and where the last element equal to each stands.
Operand cumulativeExtreme(Node &node, ReduceKind extreme);
/// The p-norm over `dims`: the largest magnitude where p is infinite, how many are not 0 where it is 0.
Value norm(Node &node, Value x, double p, llvm::ArrayRef<int64_t> dims, bool keepDims);

/// How a loss is reduced, parameter `reduction`, input i: 0 sum, 1 mean, 2 not at all.
int64_t reductionKind(Node &node, unsigned i);
Operand reduceLoss(Node &node, Value loss, int64_t reduction);
/// (x, target): target * (log(target) - x), 0 where the target is not positive, or exp(target) * (target - x) of the
/// logarithms that input `logTargetAt` says they are. Reduction none, sum, mean or batchmean: the sum over dimension 0.
Operand divergence(Node &node, unsigned reductionAt, unsigned logTargetAt);

/// (x, ids, count): of the elements with one id what `kind` makes of them, along a new first dimension in place of the
/// ids' dimensions; elements with an id outside 0 .. count - 1 are left out.
Operand segments(Node &node, ScatterKind kind);
/// (x, ids [n], ascending): the same with as many segments as the last id says, or the means of the elements; where a
/// segment is empty, 0, or 1 of products.
Operand sortedSegments(Node &node, ScatterKind kind, bool isMean);

/// x / sqrt(mean(x^2) + epsilon) * gamma over the dimensions that gamma has, and the factor 1 / sqrt(...).
std::pair<Value, Value> rmsNorm(Node &node, Value x, Value gamma, double epsilon);

/// numpy.matmul(a, b), whose last two dimensions are swapped first. Integers are multiplied in the declared type,
/// without one in that of the graph, which is 32 bits wide for those of 8.
Value product(Node &node, Value a, Value b, bool transposeA = false, bool transposeB = false);

} // namespace wasmind::mindir
