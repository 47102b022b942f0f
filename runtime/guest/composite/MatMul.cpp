// MatMul(a, b): numpy's matmul. Tensors are stacks of matrices whose axes broadcast; a vector is a row on the left, a
// column on the right, and its axis of 1 is not in the result.
#include "runtime/guest/Packing.h"
#include "runtime/guest/movement/Movement.h"

using namespace wasmind::guest;

namespace {

/// A vector as a matrix of one row or column; repeated matrices stand there once.
Tensor distinctMatrices(const Tensor &tensor, bool isColumn) {
  Tensor stack = tensor;
  if (tensor.rank == 1) {
    stack.rank = 2;
    stack.extents[!isColumn] = tensor.extents[0];
    stack.steps[!isColumn] = tensor.steps[0];
    stack.extents[isColumn] = 1;
    stack.steps[isColumn] = 0;
  }
  for (int32_t axis = 0; axis < stack.rank - 2; ++axis)
    if (!stack.steps[axis])
      stack.extents[axis] = 1;
  return stack;
}

/// Matrices that are dense, one for each index of the result's axes before its last two.
struct Stack {
  char *data;
  int32_t steps[maxRank]; ///< bytes; 0 where the matrix is repeated
};

/// \param rank  of those axes.
Stack stackOf(const Tensor &matrices, int32_t rank, Packing &packing) {
  Tensor matrix = matrices, dense = matrices;
  matrix.rank = 2;
  for (int32_t i = 0; i < 2; ++i) {
    matrix.extents[i] = matrices.extents[matrices.rank - 2 + i];
    matrix.steps[i] = matrices.steps[matrices.rank - 2 + i];
  }
  if (!isDense(matrix))
    dense = denseAt(matrices, packing.input(matrices));
  Stack stack{dense.data, {}};
  for (int32_t axis = 0; axis < dense.rank - 2; ++axis)
    stack.steps[rank - (dense.rank - 2) + axis] = dense.steps[axis];
  return stack;
}

int32_t refuseShapes(const Call &call) {
  refuse(call, "no product of shapes ");
  appendShape(call.tensors[0]);
  appendText(" and ");
  appendShape(call.tensors[1]);
  return -1;
}

} // namespace

extern "C" int32_t wasmind_matmul(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  Call call(*table, args);
  if (readArguments(call, count, nullptr))
    return -1;
  const Tensor &left = call.tensors[0], &right = call.tensors[1], &out = call.tensors[2];
  if (!left.rank || !right.rank)
    return refuseShapes(call);
  const Tensor a = distinctMatrices(left, false), b = distinctMatrices(right, true);
  int32_t m = a.extents[a.rank - 2], k = a.extents[a.rank - 1], n = b.extents[b.rank - 1];
  if (k != b.extents[b.rank - 2])
    return refuseShapes(call);
  int32_t rank = (a.rank > b.rank ? a.rank : b.rank) - 2, batch[maxRank], resultRank = 0;
  int64_t extents[maxRank];
  for (int32_t axis = 0; axis < rank; ++axis) {
    int32_t inLeft = axis - rank + left.rank - 2, inRight = axis - rank + right.rank - 2;
    int32_t one = inLeft < 0 ? 1 : left.extents[inLeft], other = inRight < 0 ? 1 : right.extents[inRight];
    if (one != other && one != 1 && other != 1)
      return refuseShapes(call);
    extents[resultRank++] = batch[axis] = one == 1 ? other : one;
  }
  if (left.rank > 1)
    extents[resultRank++] = m;
  if (right.rank > 1)
    extents[resultRank++] = n;
  if (prepareResult(call, 0, resultRank, extents))
    return -1;
  if (out.isEmpty())
    return 0;

  Packing packing;
  char *to = static_cast<char *>(packing.output(out));
  Stack lefts = stackOf(a, rank, packing), rights = stackOf(b, rank, packing);
  if (packing.isIncomplete())
    return call.outOfMemory();
  if (!k)
    __builtin_memset(to, 0, uint32_t(denseByteLength(out.type, out.rank, out.extents)));
  // Matrices of `a` that follow each other over one of `b` are rows of one product.
  while (rank && !rights.steps[rank - 1] && (batch[rank - 1] == 1 || lefts.steps[rank - 1] == m * k * left.byteWidth))
    m *= batch[--rank];
  const Variant &variant = *call.variant;
  int32_t together = 1, kernel = n == 1 ? 1 : m == 1 ? 2 : 0;
  if (kernel) {
    variant.extents[0] = n == 1 ? m : k;
    variant.extents[1] = n == 1 ? k : n;
  } else {
    // One call does all products whose matrices follow each other on both sides.
    while (rank && (batch[rank - 1] == 1 || (lefts.steps[rank - 1] == together * m * k * left.byteWidth &&
                                             rights.steps[rank - 1] == together * k * n * right.byteWidth)))
      together *= batch[--rank];
    const int32_t sizes[] = {together, m, k, n};
    for (int32_t i = 0; i < 4; ++i)
      variant.extents[i] = sizes[i];
  }
  Cursor cursor{rank, batch, {lefts.steps, rights.steps}, {uintptr_t(lefts.data), uintptr_t(rights.data)}};
  for (bool goesOn = k; goesOn; goesOn = cursor.next()) {
    void *operands[] = {cursor.to(), const_cast<char *>(cursor.from()), to};
    if (variant.kernels[kernel](operands))
      return call.outOfMemory();
    to += together * m * n * out.byteWidth;
  }
  packing.finish();
  return 0;
}
