//===- Operator.h - what the compiler emits for an operator, and what the guest does with it ----------------------===//
//
// An operator object holds kernels, one OperatorTable, and one function `__tvm_ffi_<Name>`, which hands its arguments
// and the table to a family below. The family checks the arguments, finds the variant, brings the tensors into the form
// the kernel wants and calls it. The compiler writes the same layout as data of wasm32; the assertions below are its
// offsets.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "runtime/guest/ShapeOpcode.h"
#include "runtime/guest/tvm_ffi.h"

extern "C" {

/// Inputs, attributes and outputs of one call as dense row-major data, in this order.
/// An elementwise kernel is also called with an output at the very address of an input: it reads an element before it
/// writes that element. Otherwise nothing that is written overlaps anything else.
/// \returns 0, or 1 when wasmind_workspace_allocate had no memory.
typedef int32_t (*Kernel)(void *const *operands);

/// The kernels of one combination of element types.
struct Variant {
  uint8_t dtypes[12]; ///< codes of abi.def of inputs, attributes, outputs in order; unused ones are 0
  int32_t *extents;   ///< where the kernel reads its extents; written before every call
  /// Elementwise, extents[0] = n: [0] takes n elements of every input; of an operator with two inputs [1] takes one
  /// element of the second input, [2] one of the first (null: the guest repeats the element).
  /// Expression, Row: [0]. Composite: as the file in composite/ says; absent ones are null.
  Kernel kernels[4];
  const char *direct; ///< null
};

struct OperatorTable {
  const char *name;                              ///< "Add"
  uint8_t inputs, attributes, outputs, variants; ///< counts; inputs + attributes + outputs <= 12
  const Variant *variant;                        ///< [variants]; the first whose inputs match is called
  const int32_t *shapes;                         ///< of an expression: see wasmind_expression; else null
};

static_assert(sizeof(Variant) == 36 && offsetof(Variant, extents) == 12 && offsetof(Variant, kernels) == 16 &&
              offsetof(Variant, direct) == 32);
static_assert(sizeof(OperatorTable) == 16 && offsetof(OperatorTable, inputs) == 4 &&
              offsetof(OperatorTable, variant) == 8 && offsetof(OperatorTable, shapes) == 12);

// The families. Arguments are those of the operator: first one tensor per input, then one number per attribute, then
// per output a tensor to write, or None, which is overwritten with a new tensor of the caller (one wasmind_free of the
// descriptor's address frees all of it).
//
// Each returns 0, or -1 with the text "KIND: Name: message" at wasmind_error(): TypeError (count or kind of the
// arguments, element types), ValueError (shape, place, overlap), MemoryError. Then no output was allocated; the
// contents of given ones are undefined after a MemoryError and untouched otherwise. No argument, however wrong, is
// followed out of the module's memory. One thread per instance.

/// One output; inputs of any rank up to 8 are broadcast as numpy does. Calls kernels once per row: the dimensions in
/// which all operands are dense are one row. Attributes are passed as one element of the variant's element type.
int32_t wasmind_elementwise(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *result);

/// The same for operators without attributes. A module all of whose operators use the `_tensors` families is about
/// 700 bytes smaller.
int32_t wasmind_elementwise_tensors(const OperatorTable *table, const TVMFFIAny *args, int32_t count,
                                    TVMFFIAny *result);

/// Fixed ranks and one call of kernels[0]. `table->shapes` is: the number of variables, then for each input and then
/// each output its rank, then per axis a program: its length, then opcodes and operands. An axis of an input whose
/// program is just a variable binds it where it occurs first; every other program must yield the tensor's extent.
/// extents[v] = variable v, at most 64 of them. A program needs a stack of at most 16; division rounds down (up for
/// ShapeCeilDivide), the remainder has the sign of the divisor. Outputs must not overlap inputs or each other.
/// Tensors that are not dense are copied to or from scratch memory.
int32_t wasmind_expression(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *result);
int32_t wasmind_expression_tensors(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *result);

/// Along one axis of input 0, which may have any rank: the first attribute, `axis` (i64; negative counts from the end).
/// Further inputs are vectors of its extent. kernels[0] takes a dense matrix [extents[0]][extents[1]] whose rows run
/// along the axis, the vectors, the other attributes; its outputs are matrices. Inputs of over 2 GiB are refused.
int32_t wasmind_row(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *result);

/// Operators without kernels, by the names they have in operators/Movement.cpp; files of movement/ say what each does.
/// Inputs have the element types of the variant, lists of axes, extents and positions are i64 vectors; attributes
/// follow in the order of the definition. Outputs must not overlap inputs or each other; strides are fine everywhere.
/// Inputs and results of over 2 GiB are refused.
#define WASMIND_MOVEMENT(name)                                                                                         \
  int32_t wasmind_##name(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *result);
WASMIND_MOVEMENT(transpose)
WASMIND_MOVEMENT(concat)
WASMIND_MOVEMENT(split)
WASMIND_MOVEMENT(slice)
WASMIND_MOVEMENT(strided_slice)
WASMIND_MOVEMENT(tile)
WASMIND_MOVEMENT(broadcast_to)
WASMIND_MOVEMENT(pad)
WASMIND_MOVEMENT(gather)
WASMIND_MOVEMENT(gather_nd)
WASMIND_MOVEMENT(scatter_nd)
WASMIND_MOVEMENT(one_hot)
WASMIND_MOVEMENT(cast)
WASMIND_MOVEMENT(argmax)
WASMIND_MOVEMENT(argmin)
WASMIND_MOVEMENT(cum_sum)
WASMIND_MOVEMENT(top_k)
WASMIND_MOVEMENT(equal_count)
WASMIND_MOVEMENT(adaptive_avg_pool2d)
WASMIND_MOVEMENT(resize_bilinear)
WASMIND_MOVEMENT(resize_nearest)
#undef WASMIND_MOVEMENT

/// Operators with kernels of their own kind, by the names they have in operators/; files of composite/ say what each
/// does and operators/ what its kernels compute. All else is as of those without kernels.
#define WASMIND_COMPOSITE(name)                                                                                        \
  int32_t wasmind_##name(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *result);
WASMIND_COMPOSITE(reduce)
WASMIND_COMPOSITE(matmul)
WASMIND_COMPOSITE(dense)
WASMIND_COMPOSITE(group_norm)
WASMIND_COMPOSITE(lstm)
WASMIND_COMPOSITE(gru)
WASMIND_COMPOSITE(conv2d)
WASMIND_COMPOSITE(depthwise_conv2d)
WASMIND_COMPOSITE(conv2d_transpose)
WASMIND_COMPOSITE(max_pool)
WASMIND_COMPOSITE(avg_pool)
#undef WASMIND_COMPOSITE

// For kernels.

/// Scratch memory, aligned to 64 bytes; null when there is no more. Released in any order, best last in, first out.
void *wasmind_workspace_allocate(uint32_t byteLength);
void wasmind_workspace_release(void *workspace);

} // extern "C"
