#include "runtime/guest/Arguments.h"
#include "runtime/guest/Half.h"

namespace wasmind::guest {

int32_t convertAttribute(Call &call, int32_t operand) {
  const TVMFFIAny &argument = call.args[operand];
  const char *name = call.table.name;
  int32_t kind = argument.type_index, number = operand - call.table.inputs;
  if (kind < kTVMFFIInt || kind > kTVMFFIFloat) {
    fail(typeError, name, "attribute", number);
    appendText(kind ? " is not a number" : " is not given");
    return -1;
  }
  uint64_t &element = call.elements[operand];
  call.operands[operand] = &element;
  double real = argument.v_float64;
  int64_t integer = argument.v_int64;
  bool fits = true;
  if (kind == kTVMFFIFloat) {
    fits = __builtin_fabs(real) < 0x1p63 && __builtin_trunc(real) == real;
    integer = fits ? int64_t(real) : 0;
  } else {
    real = double(integer);
  }
  uint8_t type = call.variant->dtypes[operand];
  switch (type) {
  case F32:
    element = __builtin_bit_cast(uint32_t, float(real));
    return 0;
  case F64:
    element = __builtin_bit_cast(uint64_t, real);
    return 0;
  case F16:
    element = toHalf(real);
    return 0;
  case BF16:
    element = toBrainFloat(real);
    return 0;
  case Bool:
    element = real != 0;
    return 0;
  }
  // Rows of abi.def: I8 to I64, then U8 to U64.
  bool isSigned = type <= I64;
  int64_t unused = 64 - 8 * elementTypes[type].byteWidth;
  uint64_t shifted = uint64_t(integer) << unused;
  fits &= integer == (isSigned ? int64_t(shifted) >> unused : int64_t(shifted >> unused));
  fits &= isSigned || integer >= 0;
  element = uint64_t(integer);
  if (fits)
    return 0;
  fail(valueError, name, "attribute", number);
  appendText(" does not fit ");
  appendText(elementTypes[type].name);
  return -1;
}

} // namespace wasmind::guest
