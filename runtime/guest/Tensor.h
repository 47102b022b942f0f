//===- Tensor.h - tensors that are safe to read and write ---------------------------------------------------------===//
#pragma once
#include "runtime/guest/ElementTypes.h"
#include "runtime/guest/Error.h"
#include "runtime/guest/Operator.h"

namespace wasmind::guest {

inline constexpr int32_t maxRank = 8;

/// A tensor whose elements all lie inside the memory, aligned; independent of the descriptor it was read from.
struct Tensor {
  char *data; ///< the element at index 0, 0, ...; of an empty tensor any address
  int32_t rank;
  ElementType type;
  int32_t byteWidth;        ///< of one element
  int32_t extents[maxRank]; ///< none is negative
  int32_t steps[maxRank];   ///< bytes to the next element along the axis; 0 when it has one. Of an empty tensor any
  uint32_t begin, last;     ///< addresses of the first and the last byte; of an empty tensor 1 and 0

  bool isEmpty() const { return last == 0; }
};

/// Begins the error "KIND: Name: input 0what"; outputs are counted anew. \returns -1.
[[gnu::noinline]] int32_t failOperand(const OperatorTable &table, int32_t operand, const char *what,
                                      const char *kind = valueError);

/// Reads and checks the descriptor that argument `operand` of an operator names. \returns 0, or -1 with the error set.
int32_t readTensor(const OperatorTable &table, int32_t operand, const TVMFFIAny &argument, Tensor &tensor);

/// Whether every element has a place of its own. Views (slices, transposes, reversals) of dense tensors pass; an
/// arrangement that is not nested does not, even where no two elements happen to meet.
bool isWritable(const Tensor &tensor);

/// Dense and row-major, so that `data` alone describes the elements.
bool isDense(const Tensor &tensor);

/// Whether a byte belongs to the address ranges of both.
inline bool overlaps(const Tensor &a, const Tensor &b) { return a.begin <= b.last && b.begin <= a.last; }

/// Copies `count` elements; steps in bytes.
void copyRow(int32_t byteWidth, char *to, int32_t toStep, const char *from, int32_t fromStep, uint32_t count);

/// Bytes of dense data; 2^32 also stands for more.
uint64_t denseByteLength(ElementType type, int32_t rank, const int32_t *extents);

/// A block of wasmind_allocate with descriptor, shape and dense data of a tensor. \returns null when there is no
/// memory.
DLTensor *allocateTensor(ElementType type, int32_t rank, const int32_t *extents);

} // namespace wasmind::guest
