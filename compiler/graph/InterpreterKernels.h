//===- InterpreterKernels.h - what the files of the interpreter share ---------------------------------------------===//
#pragma once
#include "compiler/graph/Interpreter.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/FormatVariadic.h"
#include <cstring>

namespace wasmind::graph::interpreter {

/// A tensor that somebody else owns.
struct View {
  mlir::Type element;
  llvm::ArrayRef<int64_t> shape;
  llvm::ArrayRef<char> bytes;

  View(mlir::Type element, llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<char> bytes)
      : element(element), shape(shape), bytes(bytes) {}
  View(const HostTensor &tensor) : View(tensor.element, tensor.shape, tensor.bytes) {}
  int64_t elementCount() const;
  template <typename T> const T *as() const { return reinterpret_cast<const T *>(bytes.data()); }
};

using Ints = llvm::ArrayRef<int64_t>;

int64_t countOf(Ints shape);
llvm::SmallVector<int64_t> stridesOf(Ints shape);
/// A tensor of zeros.
HostTensor allocate(mlir::Type element, Ints shape);
template <typename T> T *dataOf(HostTensor &tensor) { return reinterpret_cast<T *>(tensor.bytes.data()); }

llvm::Error failure(mlir::Operation *op, const llvm::Twine &why);
/// The value of an extent, or none where it names an unknown dimension or divides by zero.
std::optional<int64_t> valueOf(mlir::AffineExpr expression, Ints dims, Ints indices = {});
llvm::Expected<llvm::SmallVector<int64_t>> shapeOf(mlir::Operation *op, mlir::Type type, Ints dims);

/// Calls `f` with a value of the C++ type of an element: float for f32, uint8_t for bool. Not for f16 and bf16.
template <typename F> auto withType(mlir::Type element, F f) {
  if (element.isF32())
    return f(float());
  if (element.isF64())
    return f(double());
  bool isUnsigned = element.isUnsignedInteger();
  switch (element.getIntOrFloatBitWidth()) {
  case 1:
    return f(uint8_t());
  case 8:
    return isUnsigned ? f(uint8_t()) : f(int8_t());
  case 16:
    return isUnsigned ? f(uint16_t()) : f(int16_t());
  case 32:
    return isUnsigned ? f(uint32_t()) : f(int32_t());
  default:
    return isUnsigned ? f(uint64_t()) : f(int64_t());
  }
}

/// Calls `f` with an unsigned integer as wide as an element, for operations that only move elements.
template <typename F> auto withWidth(mlir::Type element, F f) {
  switch (byteWidth(element)) {
  case 1:
    return f(uint8_t());
  case 2:
    return f(uint16_t());
  case 4:
    return f(uint32_t());
  default:
    return f(uint64_t());
  }
}

/// Visits the rows of an iteration over `shape` in which operand k moves by strides[k][dim] elements: calls
/// f(offsets, count, steps) per row. Neighbouring dimensions that all operands walk evenly become one.
void forEachRow(Ints shape, llvm::ArrayRef<llvm::SmallVector<int64_t>> strides,
                llvm::function_ref<void(Ints offsets, int64_t count, Ints steps)> f);

/// The strides of an operand of an elementwise operation with this result shape: 0 where the operand is repeated.
llvm::SmallVector<int64_t> repeatingStrides(Ints operand, Ints result);

using Result = llvm::Expected<HostTensor>;

// Arithmetic: operands are never f16 or bf16 (the caller widens them to f32 and narrows the result).
Result unary(mlir::Operation *op, UnaryKind kind, const View &x);
Result binary(mlir::Operation *op, BinaryKind kind, const View &lhs, const View &rhs, Ints shape);
Result compare(CompareKind kind, const View &lhs, const View &rhs, Ints shape);
Result contract(ContractOp op, const View &lhs, const View &rhs, Ints shape);
/// The window attributes (strides, pads, dilations) of an operation, with the named dimensions' values.
struct WindowAttributes {
  llvm::SmallVector<int64_t> sizes, strides, padLow, dilations; ///< sizes: of windows
  int64_t groups = 1;
};
Result convolve(ConvolveOp op, const WindowAttributes &attributes, const View &input, const View &weights, Ints shape);
Result window(WindowOp op, const WindowAttributes &attributes, const View &input, Ints shape);
Result reduce(ReduceOp op, const View &input, Ints shape);
Result argReduce(ArgReduceOp op, const View &input, Ints shape);
Result scan(ScanOp op, const View &input);
Result scatter(ScatterOp op, const View &data, const View &indices, const View &updates);
llvm::Expected<std::vector<HostTensor>> topK(TopKOp op, const View &input, Ints shape);
// Movement and conversion: every element type.
Result cast(const View &x, mlir::Type element);
Result select(const View &condition, const View &onTrue, const View &onFalse, Ints shape);
Result reshape(const View &x, Ints shape);
Result transpose(const View &x, Ints permutation);
Result broadcast(const View &x, Ints shape);
Result slice(mlir::Operation *op, const View &x, Ints starts, Ints strides, Ints shape);
Result concat(llvm::ArrayRef<View> inputs, int64_t dim, Ints shape);
Result pad(PadOp op, const View &x, const View &value, Ints shape);
Result gather(GatherOp op, const View &data, const View &indices, Ints shape);
Result reverse(const View &x, Ints dims);
Result iota(int64_t dim, mlir::Type element, Ints shape);

/// Evaluates an operation without regions, on views. `resultShape` replaces the shape of the result's type where the
/// views have other shapes than the operands' types.
llvm::Expected<std::vector<HostTensor>> evaluateViews(mlir::Operation *op, llvm::ArrayRef<View> operands, Ints dims,
                                                      std::optional<Ints> resultShape = std::nullopt);

} // namespace wasmind::graph::interpreter
