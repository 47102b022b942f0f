//===- Arguments.h - the arguments of a call, checked against the operator's table --------------------------------===//
#pragma once
#include "runtime/guest/Error.h"
#include "runtime/guest/Operator.h"
#include "runtime/guest/Tensor.h"

namespace wasmind::guest {

inline constexpr int32_t maxOperands = 12;

/// A call of one operator, from its arguments to the kernel's operands. Operands are counted as in Variant: inputs,
/// attributes, outputs. Whoever gives up after prepareOutput calls `abandon`.
struct Call {
  const OperatorTable &table;
  TVMFFIAny *args;
  int32_t firstOutput, operandCount;
  const Variant *variant;
  Tensor tensors[maxOperands];    ///< of inputs and, after prepareOutput, outputs
  void *operands[maxOperands];    ///< of attributes set by `read`, the rest is left to the family
  uint64_t elements[maxOperands]; ///< of attributes: the element, in the first bytes
  DLTensor *outputs[maxOperands]; ///< by operand: new ones; else null

  Call(const OperatorTable &table, const TVMFFIAny *args);

  /// How attribute `operand` becomes an element: convertAttribute, or null for operators without attributes, so that
  /// the linker can leave it out.
  typedef int32_t (*Convert)(Call &call, int32_t operand);

  /// Reads and checks all arguments that are given, and picks the variant. \returns 0, or -1 with the error set.
  int32_t read(int32_t count, Convert convert);

  /// Makes output `index` ready for `extents`: a given one must have that shape, None becomes a new tensor. When it
  /// fails, all new outputs are freed.
  int32_t prepareOutput(int32_t index, int32_t rank, const int32_t *extents);

  /// Refuses output `index`, which is prepared, when it overlaps an input or an output before it.
  int32_t refuseOverlap(int32_t index);

  /// Frees the new outputs; their arguments are None again. \returns -1.
  [[gnu::noinline]] int32_t abandon();
  /// The same, with that error.
  [[gnu::noinline]] int32_t outOfMemory();

private:
  int32_t pickVariant();
};

/// Stores the element for attribute `operand`. Numbers are converted as a cast does, but one that an integer element
/// cannot hold is refused. \returns 0, or -1 with the error set.
int32_t convertAttribute(Call &call, int32_t operand);

} // namespace wasmind::guest
