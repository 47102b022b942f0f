//===- Constants.h - the elements of graph.constant ---------------------------------------------------------------===//
//
// Constants are raw little-endian elements in row-major order; bool is one byte (0 or 1), also in blobs. Large ones are
// resource blobs that point into the mapped model file (never copied); small ones and splats may be dense attributes.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/graph/Graph.h"
#include "mlir/IR/Builders.h"
#include <memory>
#include <optional>
#include <vector>

namespace wasmind::graph {

/// Bytes of one element: bool and 8-bit 1, f16 and bf16 2, ... Only for the dialect's element types.
unsigned byteWidth(mlir::Type element);

/// One element as a double (exact but for 64-bit integers) or an integer (floats truncate; u64 wraps), and back:
/// doubles round to the narrower floats, truncate and saturate to integers (NaN gives 0) and are `!= 0` as bool;
/// integers wrap.
double loadDouble(mlir::Type element, const char *from);
int64_t loadInteger(mlir::Type element, const char *from);
void storeDouble(mlir::Type element, double value, char *to);
void storeInteger(mlir::Type element, int64_t value, char *to);

/// The elements of a constant; `bytes` holds one element when `splat`, else all of them.
struct ConstantData {
  mlir::Type element;
  int64_t elementCount = 0;
  bool splat = false;
  llvm::ArrayRef<char> bytes;
  std::shared_ptr<std::vector<char>> owned; // set when the attribute had to be unpacked (i1)

  /// Element i as a double / integer (exact for the types that fit).
  double asDouble(int64_t i) const;
  int64_t asInteger(int64_t i) const;
};

ConstantData dataOf(mlir::ElementsAttr attribute);
/// The data of a value that is a graph.constant.
std::optional<ConstantData> constantDataOf(mlir::Value value);
/// All elements of a constant integer tensor of at most `limit` elements.
std::optional<llvm::SmallVector<int64_t>> constantIntegers(mlir::Value value, int64_t limit = 1 << 16);
/// The value of a constant whose elements are all equal.
std::optional<double> splatDouble(mlir::Value value);

/// The same of what operations that only move a constant, or convert it to a type that holds its elements, make of it.
std::optional<double> numberOf(mlir::Value value);

/// The elements of a static type from raw bytes, byte count = elementCount * byteWidth, which they then own.
mlir::ElementsAttr makeElements(mlir::RankedTensorType type, std::vector<char> &&bytes);
/// A constant of a static type from raw bytes, which are copied. byte count must be elementCount * byteWidth, else
/// asserts; one element alone makes a splat.
mlir::Value makeConstant(mlir::OpBuilder &builder, mlir::Location location, mlir::RankedTensorType type,
                         llvm::ArrayRef<char> bytes);
/// The same from bytes that the constant then owns.
mlir::Value makeConstant(mlir::OpBuilder &builder, mlir::Location location, mlir::RankedTensorType type,
                         std::vector<char> &&bytes);
/// A constant that points at `bytes`, which must outlive the context (a mapped file).
mlir::Value makeMappedConstant(mlir::OpBuilder &builder, mlir::Location location, mlir::RankedTensorType type,
                               llvm::StringRef name, llvm::ArrayRef<char> bytes);
/// A constant with all elements equal to `value` (converted to the element type).
mlir::Value makeSplat(mlir::OpBuilder &builder, mlir::Location location, mlir::RankedTensorType type, double value);
mlir::Value makeIntegers(mlir::OpBuilder &builder, mlir::Location location, llvm::ArrayRef<int64_t> values);

/// A small integer tensor (rank 0 or 1) as expressions over the named dimensions, where its producers (constant,
/// extent, concat, gather, slice, reshape, cast, add, sub, mul, div, floor_div, min/max of constants, reduce prod,
/// select on constant conditions) allow; this is how run-time shape arithmetic becomes shapes.
std::optional<llvm::SmallVector<mlir::AffineExpr>> shapeValue(mlir::Value value);

} // namespace wasmind::graph
