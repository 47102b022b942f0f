//===- Movement.h - what operators that move elements share -------------------------------------------------------===//
//
// Operators without kernels: code of the guest alone, the same for all element types of a width. Each is a function
// like those of Operator.h's families; the compiler emits no more than its table. Operands are inputs, attributes,
// outputs.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "runtime/guest/Arguments.h"

namespace wasmind::guest {

/// Axes of a walk: those of a tensor, each in two parts.
inline constexpr int32_t maxAxes = 2 * maxRank;

/// A vector of numbers that was given as an input: axes, extents, positions.
struct List {
  int32_t count;
  int64_t values[maxAxes];
};

/// Two addresses that visit all indices of a shape in row-major order. Steps are bytes; addresses wrap at 2^32.
struct Cursor {
  int32_t rank;
  const int32_t *extents, *steps[2];
  uintptr_t at[2];
  int32_t index[maxAxes] = {};

  char *to() const { return reinterpret_cast<char *>(at[0]); }
  const char *from() const { return reinterpret_cast<const char *>(at[1]); }
  /// \returns false after the last index.
  bool next();
};

/// The axes of two tensors of one shape, as far as they have to be told apart, the outermost first.
struct Walk {
  int32_t byteWidth, rank = 0;
  int32_t extents[maxAxes], toSteps[maxAxes], fromSteps[maxAxes];

  explicit Walk(int32_t byteWidth) : byteWidth(byteWidth) {}
  /// All axes of two tensors.
  Walk(const Tensor &to, const Tensor &from);
  /// An axis inside those so far; one that goes on where the last one steps is merged with it.
  void addAxis(int32_t extent, int32_t toStep, int32_t fromStep);

  void copy(char *to, const char *from) const;

  /// Calls `visit(to, toStep, from, fromStep, count)` for rows that make up everything.
  template <typename Visit> void eachRow(char *to, const char *from, Visit visit) const {
    for (int32_t axis = 0; axis < rank; ++axis)
      if (!extents[axis])
        return;
    int32_t last = rank - 1;
    Cursor cursor{rank ? last : 0, extents, {toSteps, fromSteps}, {uintptr_t(to), uintptr_t(from)}};
    do {
      if (rank)
        visit(cursor.to(), toSteps[last], cursor.from(), fromSteps[last], uint32_t(extents[last]));
      else
        visit(to, 0, from, 0, 1u);
    } while (cursor.next());
  }
};

/// Sets all elements to the one at `element`.
void fill(const Tensor &tensor, const char *element);

/// Reads the call's arguments. Inputs of over 2 GiB, each element counted as often as it is repeated, are refused, so
/// that no loop over them is long. \returns 0, or -1 with the error set, as all that follow.
int32_t readArguments(Call &call, int32_t count, Call::Convert convert);

/// Input `operand`, a vector of `count` i64 numbers; of any count up to maxRank when that is -1. A scalar is a vector
/// of one.
int32_t readList(const Call &call, int32_t operand, int32_t count, List &list);

/// Refuses input `operand` unless it has that shape.
int32_t checkShape(const Call &call, int32_t operand, const List &shape);

/// Attribute `operand`, an axis of `rank`; a negative one counts from the end.
int32_t readAxis(const Call &call, int32_t operand, int32_t rank, int32_t &axis);

inline int64_t integerOf(const Call &call, int32_t operand) { return int64_t(call.elements[operand]); }

/// An element of an i32 or i64 tensor.
int64_t readIndex(ElementType type, const char *element);

/// Turns an index along an axis of `extent`, negative from the end, into a position. \returns false when it is outside.
inline bool normalise(int64_t &index, int64_t extent) {
  index += index < 0 ? extent : 0;
  return index >= 0 && index < extent;
}

/// Makes output `index` ready for `extents` (Call::prepareOutput). Extents that are negative or too large, results over
/// 2 GiB, and overlaps with inputs and earlier outputs are refused.
int32_t prepareResult(Call &call, int32_t index, int32_t rank, const int64_t *extents);

/// Begin an error: "ValueError: Name: what".
int32_t refuse(const Call &call, const char *what);
/// "ValueError: Name: what (1, 2)".
int32_t refuse(const Call &call, const char *what, const List &list);
/// "ValueError: Name: what number".
inline int32_t refuse(const Call &call, const char *what, int64_t number) {
  return fail(valueError, call.table.name, what, number);
}
inline void appendShape(const Tensor &tensor) { appendShape(tensor.extents, tensor.rank); }

/// The tensor without an axis: the walk over everything beside it.
Tensor without(const Tensor &tensor, int32_t axis);

} // namespace wasmind::guest
