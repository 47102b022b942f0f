#include "compiler/OperatorHeader.h"

namespace wasmind {
namespace {

constexpr const char *head =
    R"(/* Operators of libops_wasm32.a for C programs compiled for wasm32. Written by `wasmind operators build`.
 *
 * Tensors are DLPack descriptors. An operator's function returns 0, or -1 with a text at wasmind_error(). An output whose
 * pointer is null is allocated: pass the address of a `const DLTensor *`, and free it with wasmind_free.
 */
#ifndef WASM_OPS_H
#define WASM_OPS_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#ifndef DLPACK_DLPACK_H_
typedef struct { int32_t device_type, device_id; } DLDevice; /* {1, 0} */
typedef struct { uint8_t code, bits; uint16_t lanes; } DLDataType; /* code: 0 int, 1 uint, 2 float, 6 bool; lanes 1 */
typedef struct {
  void *data;
  DLDevice device;
  int32_t ndim;
  DLDataType dtype;
  int64_t *shape, *strides; /* in elements; null strides: dense, row-major */
  uint64_t byte_offset;
} DLTensor;
#endif

typedef struct {
  int32_t type_index; /* 0 none, 1 integer, 2 bool, 3 float, 7 tensor */
  uint32_t padding;
  union { int64_t integer; double number; const DLTensor *tensor; } value;
} WasmindArgument;

static inline WasmindArgument wasmind_tensor(const DLTensor *tensor) {
  WasmindArgument argument = {tensor ? 7 : 0, 0, {0}};
  argument.value.tensor = tensor;
  return argument;
}
static inline WasmindArgument wasmind_integer(int64_t value) {
  WasmindArgument argument = {1, 0, {0}};
  argument.value.integer = value;
  return argument;
}
static inline WasmindArgument wasmind_number(double value) {
  WasmindArgument argument = {3, 0, {0}};
  argument.value.number = value;
  return argument;
}

/* The text of the last error. */
const char *wasmind_error(void);
/* Memory of the library's heap, aligned to 64 bytes; null when there is none left. */
void *wasmind_allocate(uint32_t byte_length);
void wasmind_free(void *pointer);
)";

constexpr const char *tail = R"(
#ifdef __cplusplus
}
#endif
#endif
)";

const char *typeOf(abi::DType dtype) {
  switch (dtype) {
  case abi::DType::F32:
    return "float";
  case abi::DType::F64:
    return "double";
  case abi::DType::F16:
  case abi::DType::BF16:
  case abi::DType::U16:
    return "uint16_t";
  case abi::DType::I8:
    return "int8_t";
  case abi::DType::I16:
    return "int16_t";
  case abi::DType::I32:
    return "int32_t";
  case abi::DType::I64:
    return "int64_t";
  case abi::DType::U8:
  case abi::DType::Bool:
    return "uint8_t";
  case abi::DType::U32:
    return "uint32_t";
  case abi::DType::U64:
    return "uint64_t";
  }
  return "void";
}

/// int32_t wasmind_Add(const DLTensor *a, const DLTensor *b, const DLTensor **out)
std::string checkedFunction(const Operator &each) {
  std::string parameters, arguments, results;
  auto add = [](std::string &list, const std::string &text) { list += (list.empty() ? "" : ", ") + text; };
  size_t position = 0;
  for (const std::string &input : each.inputs) {
    add(parameters, "const DLTensor *" + input);
    add(arguments, "wasmind_tensor(" + input + ")");
    ++position;
  }
  for (const abi::Attribute &attribute : each.attributes) {
    bool isNumber = attribute.type == abi::AttributeType::F64;
    add(parameters, (isNumber ? "double " : "int64_t ") + attribute.name);
    add(arguments, (isNumber ? "wasmind_number(" : "wasmind_integer(") + attribute.name + ")");
    ++position;
  }
  for (const std::string &output : each.outputs) {
    add(parameters, "const DLTensor **" + output);
    add(arguments, "wasmind_tensor(*" + output + ")");
    results += "  *" + output + " = arguments[" + std::to_string(position++) + "].value.tensor;\n";
  }
  std::string note = each.variadic ? "/* More tensors may follow " + each.inputs.back() + ": give them to __tvm_ffi_" +
                                         each.name + ", up to 12 arguments in all. */\n"
                                   : "";
  return "\nint32_t __tvm_ffi_" + each.name + "(void *, const void *, int32_t, void *);\n" + note +
         "static inline int32_t wasmind_" + each.name + "(" + parameters + ") {\n  WasmindArgument arguments[] = {" +
         arguments + "}, result = {0, 0, {0}};\n  int32_t status = __tvm_ffi_" + each.name + "(0, arguments, " +
         std::to_string(position) + ", &result);\n  if (status)\n    return status;\n" + results + "  return 0;\n}\n";
}

/// void Add_f32(int32_t n, const float *a, const float *b, float *out)
std::string directFunction(const Operator &each, const abi::Variant &variant) {
  std::string text = "void " + directName(each, variant) + "(int32_t n";
  for (size_t i = 0; i < each.inputs.size(); ++i)
    text += std::string(", const ") + typeOf(variant.inputs[i]) + " *" + each.inputs[i];
  for (const abi::Attribute &attribute : each.attributes)
    text += std::string(", const ") + typeOf(variant.inputs[0]) + " *" + attribute.name;
  return text + ", " + typeOf(variant.outputs[0]) + " *" + each.outputs[0] + ");\n";
}

} // namespace

std::string directName(const Operator &each, const abi::Variant &variant) {
  for (abi::DType dtype : variant.inputs)
    if (dtype != variant.inputs[0])
      return "";
  return each.name + "_" + std::string(abi::nameOf(variant.inputs[0]));
}

std::string operatorHeader(const std::vector<Operator> &operators) {
  std::string text = head;
  for (const Operator &each : operators) {
    text += checkedFunction(each);
    if (each.family != Family::Elementwise)
      continue;
    text += "/* n elements each, no checks, outputs at an input's very place or apart from it: */\n";
    for (const abi::Variant &variant : each.variants)
      if (!directName(each, variant).empty())
        text += directFunction(each, variant);
  }
  return text + tail;
}

} // namespace wasmind
