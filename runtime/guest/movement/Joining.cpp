// Concat(a, b, ...; axis): the tensors follow one another along the axis.
#include "runtime/guest/movement/Movement.h"

using namespace wasmind::guest;

namespace {

/// The table of a call with `more` tensors behind those of `table`.
struct Longer {
  OperatorTable table;
  Variant variants[ElementTypeCount];

  Longer(const OperatorTable &given, int32_t more) : table(given) {
    table.inputs += more;
    table.variant = variants;
    for (int32_t v = 0; v < table.variants; ++v) { // one for each element type
      variants[v] = given.variant[v];
      uint8_t *dtypes = variants[v].dtypes, type = dtypes[0];
      for (int32_t i = given.inputs; i < table.inputs; ++i)
        dtypes[i] = type;
      dtypes[table.inputs] = I64;
      dtypes[table.inputs + 1] = type;
    }
  }
};

int32_t concat(const OperatorTable &table, const TVMFFIAny *args, int32_t count) {
  Call call(table, args);
  int32_t axis, inputs = table.inputs;
  if (readArguments(call, count, convertAttribute) || readAxis(call, inputs, call.tensors[0].rank, axis))
    return -1;
  const Tensor &a = call.tensors[0], &out = call.tensors[call.firstOutput];
  int64_t extents[maxRank];
  for (int32_t i = 0; i < a.rank; ++i)
    extents[i] = a.extents[i];
  for (int32_t part = 1; part < inputs; ++part) {
    const Tensor &b = call.tensors[part];
    bool fits = a.rank == b.rank;
    for (int32_t i = 0; i < a.rank && fits; ++i)
      fits = i == axis || a.extents[i] == b.extents[i];
    if (!fits) {
      refuse(call, "shapes ");
      appendShape(a);
      appendText(" and ");
      appendShape(b);
      appendText(" differ beside axis ");
      appendNumber(axis);
      return -1;
    }
    extents[axis] += b.extents[axis];
  }
  if (prepareResult(call, 0, a.rank, extents))
    return -1;
  uintptr_t to = uintptr_t(out.data);
  for (int32_t i = 0; i < inputs; ++i) {
    const Tensor &part = call.tensors[i];
    Walk walk(part.byteWidth);
    for (int32_t j = 0; j < part.rank; ++j)
      walk.addAxis(part.extents[j], out.steps[j], part.steps[j]);
    walk.copy(reinterpret_cast<char *>(to), part.data);
    to += uintptr_t(part.extents[axis]) * uintptr_t(out.steps[axis]);
  }
  return 0;
}

} // namespace

extern "C" int32_t wasmind_concat(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  int32_t more = count - (table->inputs + table->attributes + table->outputs);
  if (more <= 0 || count > maxOperands)
    return concat(*table, args, count);
  Longer longer(*table, more);
  return concat(longer.table, args, count);
}
