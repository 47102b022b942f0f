#include "runtime/guest/Arguments.h"
#include "runtime/guest/Memory.h"

namespace wasmind::guest {

Call::Call(const OperatorTable &table, const TVMFFIAny *args)
    : table(table), args(const_cast<TVMFFIAny *>(args)), firstOutput(table.inputs + table.attributes),
      operandCount(firstOutput + table.outputs) {
  __builtin_memset(outputs, 0, sizeof(outputs));
}

int32_t Call::read(int32_t count, Convert convert) {
  if (count != operandCount) {
    fail(typeError, table.name, "takes", operandCount);
    appendText(" arguments, not ");
    appendNumber(count);
    return -1;
  }
  if (uintptr_t(args) % 8 || !isInMemory(args, uint32_t(count) * sizeof(TVMFFIAny)))
    return fail(valueError, table.name, "no arguments at", int64_t(uintptr_t(args)));
  for (int32_t i = 0; i < count; ++i) {
    if (i == table.inputs && pickVariant())
      return -1;
    if (i >= table.inputs && i < firstOutput) {
      if (convert(*this, i))
        return -1;
      continue;
    }
    bool isOutput = i >= firstOutput;
    if (isOutput && args[i].type_index == kTVMFFINone)
      continue;
    if (readTensor(table, i, args[i], tensors[i]))
      return -1;
    if (!isOutput)
      continue;
    uint8_t type = variant->dtypes[i];
    if (tensors[i].type != type) {
      failOperand(table, i, " must be ", typeError);
      appendText(elementTypes[type].name);
      return -1;
    }
    if (!isWritable(tensors[i]))
      return failOperand(table, i, ": elements overlap");
  }
  return 0;
}

int32_t Call::pickVariant() {
  for (int32_t v = 0; v < table.variants; ++v) {
    variant = table.variant + v;
    int32_t i = 0;
    while (i < table.inputs && variant->dtypes[i] == tensors[i].type)
      ++i;
    if (i == table.inputs)
      return 0;
  }
  fail(typeError, table.name, "not built for input types", table.inputs);
  for (int32_t i = 0; i < table.inputs; ++i) {
    appendText(i ? ", " : ": ");
    appendText(elementTypes[tensors[i].type].name);
  }
  return -1;
}

int32_t Call::prepareOutput(int32_t index, int32_t rank, const int32_t *extents) {
  int32_t operand = firstOutput + index;
  Tensor &tensor = tensors[operand];
  TVMFFIAny &argument = args[operand];
  if (argument.type_index == kTVMFFINone) {
    DLTensor *output = allocateTensor(ElementType(variant->dtypes[operand]), rank, extents);
    if (!output)
      return outOfMemory();
    outputs[operand] = output;
    argument.type_index = kTVMFFIDLTensorPtr;
    argument.v_int64 = int64_t(uintptr_t(output));
    return readTensor(table, operand, argument, tensor);
  }
  int32_t axis = 0;
  while (axis < rank && tensor.extents[axis] == extents[axis])
    ++axis;
  if (axis == rank && tensor.rank == rank)
    return 0;
  failOperand(table, operand, " has shape ");
  appendShape(tensor.extents, tensor.rank);
  appendText(", the result ");
  appendShape(extents, rank);
  return abandon();
}

int32_t Call::refuseOverlap(int32_t index) {
  int32_t operand = firstOutput + index;
  for (int32_t other = 0; other < operand; ++other) {
    if ((other >= table.inputs && other < firstOutput) || !overlaps(tensors[other], tensors[operand]))
      continue;
    failOperand(table, operand, other < firstOutput ? " overlaps input " : " overlaps output ");
    appendNumber(other < firstOutput ? other : other - firstOutput);
    return abandon();
  }
  return 0;
}

int32_t Call::abandon() {
  for (int32_t i = firstOutput; i < operandCount; ++i)
    if (outputs[i]) {
      wasmind_free(outputs[i]);
      args[i].type_index = kTVMFFINone;
      args[i].v_int64 = 0;
    }
  return -1;
}

int32_t Call::outOfMemory() {
  fail(memoryError, table.name, "cannot grow the memory beyond pages:", int64_t(__builtin_wasm_memory_size(0)));
  return abandon();
}

} // namespace wasmind::guest
