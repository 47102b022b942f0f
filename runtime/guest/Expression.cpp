// Operators of fixed ranks whose shapes follow from each other by programs in the table: what tensor expressions
// become.
#include "runtime/guest/Arguments.h"
#include "runtime/guest/Packing.h"

namespace wasmind::guest {

namespace {

constexpr int32_t maxVariables = 64, maxDepth = 16;
constexpr int64_t limit = INT64_C(1) << 62; ///< no value of a program reaches it, so that no sum overflows

/// The variables of one call and the reading position in the table's programs.
struct Shapes {
  const char *name;
  const int32_t *next;
  uint64_t bound = 0; ///< a bit per variable
  int64_t variables[maxVariables];

  /// Runs the program at `next`, which goes behind it. \returns 0, or -1 with the error set.
  int32_t evaluate(int64_t &value);
};

/// Rounds down. The divisor is not zero.
int64_t floorDivide(int64_t a, int64_t b) {
  int64_t quotient = a / b;
  return quotient - (a % b != 0 && (a < 0) != (b < 0));
}

int32_t Shapes::evaluate(int64_t &value) {
  int64_t stack[maxDepth + 2], *top = stack; // one below and one above: a program within its bounds never uses them
  const int32_t *end = next + 1 + *next;
  for (++next; next < end;) {
    int32_t operation = *next++;
    if (operation <= ShapeVariable) {
      *++top = operation == ShapeConstant ? *next : variables[*next];
      ++next;
      continue;
    }
    int64_t b = *top--, a = *top;
    if (b == 0 && operation >= ShapeFloorDivide && operation <= ShapeModulo)
      return fail(valueError, name, "the shapes lead to a division of an extent by", 0);
    if (operation == ShapeMultiply && (__builtin_llabs(a) >> 31 || __builtin_llabs(b) >> 31))
      a = limit;
    else if (operation == ShapeMultiply)
      a *= b;
    else if (operation == ShapeAdd)
      a += b;
    else if (operation == ShapeFloorDivide)
      a = floorDivide(a, b);
    else if (operation == ShapeCeilDivide)
      a = -floorDivide(-a, b);
    else if (operation == ShapeModulo)
      a -= floorDivide(a, b) * b;
    else if ((operation == ShapeMaximum) == (b > a))
      a = b;
    if (__builtin_llabs(a) >= limit)
      return fail(valueError, name, "the shapes lead to an extent beyond", limit);
    *top = a;
  }
  value = *top;
  return 0;
}

/// Binds the variables that are an axis of an input, then checks all axes of the inputs.
int32_t checkInputs(Call &call, Shapes &shapes) {
  for (int32_t isCheck = 0; isCheck < 2; ++isCheck) {
    shapes.next = call.table.shapes + 1;
    for (int32_t i = 0; i < call.table.inputs; ++i) {
      const Tensor &tensor = call.tensors[i];
      int32_t rank = *shapes.next++;
      if (tensor.rank != rank) {
        fail(valueError, call.table.name, "input", i);
        appendText(" must have rank ");
        appendNumber(rank);
        appendText(", not shape ");
        appendShape(tensor.extents, tensor.rank);
        return -1;
      }
      for (int32_t axis = 0; axis < rank; ++axis) {
        const int32_t *program = shapes.next;
        if (!isCheck) {
          int32_t variable = program[2];
          if (program[0] == 2 && program[1] == ShapeVariable && !(shapes.bound >> variable & 1)) {
            shapes.bound |= UINT64_C(1) << variable;
            shapes.variables[variable] = tensor.extents[axis];
          }
          shapes.next += 1 + program[0];
          continue;
        }
        int64_t extent;
        if (shapes.evaluate(extent))
          return -1;
        if (extent == tensor.extents[axis])
          continue;
        fail(valueError, call.table.name, "input", i);
        appendText(" has shape ");
        appendShape(tensor.extents, tensor.rank);
        appendText(", but by the other extents axis ");
        appendNumber(axis);
        appendText(" must be ");
        appendNumber(extent);
        return -1;
      }
    }
  }
  return 0;
}

int32_t prepareOutputs(Call &call, Shapes &shapes) {
  for (int32_t i = 0; i < call.table.outputs; ++i) {
    int32_t extents[maxRank], rank = *shapes.next++;
    for (int32_t axis = 0; axis < rank; ++axis) {
      int64_t extent;
      if (shapes.evaluate(extent))
        return call.abandon();
      if (uint64_t(extent) > INT32_MAX) {
        fail(valueError, call.table.name, "output", i);
        appendText(" would have an extent of ");
        appendNumber(extent);
        return call.abandon();
      }
      extents[axis] = int32_t(extent);
    }
    if (call.prepareOutput(i, rank, extents) || call.refuseOverlap(i))
      return -1;
  }
  return 0;
}

int32_t run(Call &call) {
  // Nothing to write: an empty result must not cost the loops over its other extents.
  bool isEmpty = true;
  for (int32_t i = call.firstOutput; i < call.operandCount; ++i)
    isEmpty &= call.tensors[i].isEmpty();
  if (isEmpty)
    return 0;
  Packing packing;
  for (int32_t i = 0; i < call.operandCount; ++i) {
    const Tensor &tensor = call.tensors[i];
    if (i < call.table.inputs)
      call.operands[i] = packing.input(tensor);
    else if (i >= call.firstOutput)
      call.operands[i] = packing.output(tensor);
  }
  if (packing.isIncomplete() || call.variant->kernels[0](call.operands))
    return call.outOfMemory();
  packing.finish();
  return 0;
}

int32_t expression(const OperatorTable *table, const TVMFFIAny *args, int32_t count, Call::Convert convert) {
  Call call(*table, args);
  if (call.read(count, convert))
    return -1;
  Shapes shapes;
  shapes.name = table->name;
  if (checkInputs(call, shapes) || prepareOutputs(call, shapes))
    return -1;
  for (int32_t variable = 0; variable < table->shapes[0]; ++variable)
    call.variant->extents[variable] = int32_t(shapes.variables[variable]);
  return run(call);
}

} // namespace
} // namespace wasmind::guest

using namespace wasmind::guest;

extern "C" {

int32_t wasmind_expression(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  return expression(table, args, count, convertAttribute);
}

int32_t wasmind_expression_tensors(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  return expression(table, args, count, nullptr);
}
}
