//===- Constants.cpp - reading and making graph.constant ----------------------------------------------------------===//
#include "compiler/graph/Constants.h"
#include "compiler/graph/Floats.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include <atomic>
#include <cmath>
#include <cstring>

using namespace mlir;

namespace wasmind::graph {
namespace {

// Constants up to this size are dense attributes: unique by content, readable in dumps. Larger ones are blobs, which
// are neither hashed nor kept twice.
constexpr size_t denseByteLimit = 4096;
constexpr size_t blobAlignment = 64;

template <typename T> T load(const char *from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}
template <typename T> void store(char *to, T value) { std::memcpy(to, &value, sizeof(T)); }

bool isUniform(ArrayRef<char> bytes, size_t width) {
  return bytes.size() > width && std::memcmp(bytes.data(), bytes.data() + width, bytes.size() - width) == 0;
}

std::string uniqueName() {
  static std::atomic<uint64_t> next{0};
  return "constant" + std::to_string(next++);
}
} // namespace

unsigned byteWidth(Type element) {
  unsigned bits = element.getIntOrFloatBitWidth();
  return bits < 8 ? 1 : bits / 8;
}

double loadDouble(Type element, const char *from) {
  if (element.isF32())
    return load<float>(from);
  if (element.isF64())
    return load<double>(from);
  if (element.isF16())
    return halfToFloat(load<uint16_t>(from));
  if (element.isBF16())
    return bfloatToFloat(load<uint16_t>(from));
  if (element.isUnsignedInteger(64))
    return double(load<uint64_t>(from));
  return double(loadInteger(element, from));
}

int64_t loadInteger(Type element, const char *from) {
  if (isa<FloatType>(element)) {
    double value = loadDouble(element, from);
    if (std::isnan(value))
      return 0;
    if (value >= 0x1p63)
      return std::numeric_limits<int64_t>::max();
    return value <= -0x1p63 ? std::numeric_limits<int64_t>::min() : int64_t(value);
  }
  bool isUnsigned = element.isUnsignedInteger();
  switch (element.getIntOrFloatBitWidth()) {
  case 1:
    return load<uint8_t>(from) != 0;
  case 8:
    return isUnsigned ? int64_t(load<uint8_t>(from)) : load<int8_t>(from);
  case 16:
    return isUnsigned ? int64_t(load<uint16_t>(from)) : load<int16_t>(from);
  case 32:
    return isUnsigned ? int64_t(load<uint32_t>(from)) : load<int32_t>(from);
  default:
    return load<int64_t>(from);
  }
}

void storeDouble(Type element, double value, char *to) {
  if (element.isF32())
    return store(to, float(value));
  if (element.isF64())
    return store(to, value);
  if (element.isF16())
    return store(to, halfFromDouble(value));
  if (element.isBF16())
    return store(to, bfloatFromDouble(value));
  if (element.isInteger(1))
    return store<uint8_t>(to, value != 0);
  if (element.isUnsignedInteger(64) && value >= 0x1p63)
    return store<uint64_t>(to, value >= 0x1p64 ? ~uint64_t(0) : uint64_t(value));
  int64_t integer = 0;
  if (!std::isnan(value))
    integer = value >= 0x1p63   ? std::numeric_limits<int64_t>::max()
              : value < -0x1p63 ? std::numeric_limits<int64_t>::min()
                                : int64_t(value);
  unsigned bits = element.getIntOrFloatBitWidth();
  if (element.isUnsignedInteger())
    integer = std::max<int64_t>(integer, 0);
  if (bits < 64) {
    int64_t high = element.isUnsignedInteger() ? (int64_t(1) << bits) - 1 : (int64_t(1) << (bits - 1)) - 1;
    int64_t low = element.isUnsignedInteger() ? 0 : -high - 1;
    integer = std::min(std::max(integer, low), high);
  }
  storeInteger(element, integer, to);
}

void storeInteger(Type element, int64_t value, char *to) {
  if (isa<FloatType>(element))
    return storeDouble(element, element.isF64() ? double(value) : toOddDouble(value), to);
  switch (element.getIntOrFloatBitWidth()) {
  case 1:
    return store<uint8_t>(to, value != 0);
  case 8:
    return store(to, int8_t(value));
  case 16:
    return store(to, int16_t(value));
  case 32:
    return store(to, int32_t(value));
  default:
    return store(to, value);
  }
}

double ConstantData::asDouble(int64_t i) const {
  return loadDouble(element, bytes.data() + (splat ? 0 : i * byteWidth(element)));
}

int64_t ConstantData::asInteger(int64_t i) const {
  return loadInteger(element, bytes.data() + (splat ? 0 : i * byteWidth(element)));
}

ConstantData dataOf(ElementsAttr attribute) {
  ConstantData data;
  auto type = cast<ShapedType>(attribute.getType());
  data.element = type.getElementType();
  data.elementCount = type.getNumElements();
  size_t width = byteWidth(data.element);
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attribute)) {
    if (AsmResourceBlob *blob = resource.getRawHandle().getBlob())
      data.bytes = blob->getData();
    assert(data.bytes.size() == data.elementCount * width && "a blob must hold all elements");
    return data;
  }
  auto dense = cast<DenseElementsAttr>(attribute);
  data.splat = dense.isSplat() && data.elementCount > 0;
  if (data.element.isInteger(1)) {
    data.owned = std::make_shared<std::vector<char>>();
    if (data.splat)
      data.owned->push_back(dense.getSplatValue<bool>());
    else
      for (bool value : dense.getValues<bool>())
        data.owned->push_back(value);
    data.bytes = *data.owned;
    return data;
  }
  data.bytes = dense.getRawData().take_front((data.splat ? 1 : data.elementCount) * width); // of none it may hold one
  return data;
}

std::optional<ConstantData> constantDataOf(Value value) {
  auto constant = value ? value.getDefiningOp<ConstantOp>() : nullptr;
  if (!constant)
    return std::nullopt;
  return dataOf(constant.getValue());
}

std::optional<SmallVector<int64_t>> constantIntegers(Value value, int64_t limit) {
  auto data = constantDataOf(value);
  if (!data || !isa<IntegerType>(data->element) || data->elementCount > limit)
    return std::nullopt;
  SmallVector<int64_t> values(data->elementCount);
  for (int64_t i = 0; i < data->elementCount; ++i)
    values[i] = data->asInteger(i);
  return values;
}

std::optional<double> splatDouble(Value value) {
  auto data = constantDataOf(value);
  if (!data || data->elementCount == 0)
    return std::nullopt;
  if (!data->splat && data->elementCount > 1 && !isUniform(data->bytes, byteWidth(data->element)))
    return std::nullopt;
  return data->asDouble(0);
}

std::optional<double> numberOf(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (isa<ConstantOp>(op))
      return splatDouble(value);
    if (auto cast = dyn_cast<CastOp>(op)) {
      auto from = dyn_cast<IntegerType>(mlir::cast<ShapedType>(cast.getInput().getType()).getElementType());
      const Type to = cast.getType().getElementType();
      const bool isKept =
          from && from.getWidth() <= 16 &&
          (to.isF32() || to.isF64() || (to.isSignlessInteger() && to.getIntOrFloatBitWidth() > from.getWidth()));
      if (!isKept && cast.getInput().getType() != cast.getType())
        return std::nullopt;
    } else if (!isa<ReshapeOp, BroadcastOp, TransposeOp>(op)) {
      return std::nullopt;
    }
    value = op->getOperand(0);
  }
  return std::nullopt;
}

static ElementsAttr copiedElements(RankedTensorType type, ArrayRef<char> bytes) {
  Type element = type.getElementType();
  size_t width = byteWidth(element), count = type.getNumElements();
  assert((bytes.size() == count * width || bytes.size() == width) && "bytes must be one element or all");
  if (count > 0 && (isUniform(bytes, width) || bytes.size() == width))
    bytes = bytes.take_front(width);
  if (bytes.size() > denseByteLimit)
    return DenseResourceElementsAttr::get(
        type, uniqueName(),
        HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, blobAlignment, /*dataIsMutable=*/false));
  if (!element.isInteger(1))
    return DenseElementsAttr::getFromRawBuffer(type, bytes);
  SmallVector<bool> values;
  for (char byte : bytes)
    values.push_back(byte != 0);
  return DenseElementsAttr::get(type, values);
}

ElementsAttr makeElements(RankedTensorType type, std::vector<char> &&bytes) {
  if (bytes.size() <= denseByteLimit || isUniform(bytes, byteWidth(type.getElementType())))
    return copiedElements(type, bytes);
  auto *owned = new std::vector<char>(std::move(bytes));
  AsmResourceBlob blob(
      *owned, alignof(std::max_align_t), [owned](void *, size_t, size_t) { delete owned; },
      /*dataIsMutable=*/false);
  return DenseResourceElementsAttr::get(type, uniqueName(), std::move(blob));
}

Value makeConstant(OpBuilder &builder, Location location, RankedTensorType type, ArrayRef<char> bytes) {
  return ConstantOp::create(builder, location, type, copiedElements(type, bytes));
}

Value makeConstant(OpBuilder &builder, Location location, RankedTensorType type, std::vector<char> &&bytes) {
  return ConstantOp::create(builder, location, type, makeElements(type, std::move(bytes)));
}

Value makeMappedConstant(OpBuilder &builder, Location location, RankedTensorType type, StringRef name,
                         ArrayRef<char> bytes) {
  size_t width = byteWidth(type.getElementType());
  assert(bytes.size() == size_t(type.getNumElements()) * width && "a mapped constant holds all elements");
  if (bytes.size() <= denseByteLimit || isUniform(bytes, width))
    return makeConstant(builder, location, type, bytes);
  auto blob = UnmanagedAsmResourceBlob::allocateWithAlign(bytes, width);
  std::string key = name.empty() ? uniqueName() : name.str();
  return ConstantOp::create(builder, location, type, DenseResourceElementsAttr::get(type, key, std::move(blob)));
}

Value makeSplat(OpBuilder &builder, Location location, RankedTensorType type, double value) {
  SmallVector<char, 8> bytes(byteWidth(type.getElementType()));
  storeDouble(type.getElementType(), value, bytes.data());
  if (type.getNumElements() == 0)
    bytes.clear();
  return makeConstant(builder, location, type, bytes);
}

Value makeIntegers(OpBuilder &builder, Location location, ArrayRef<int64_t> values) {
  auto type = RankedTensorType::get({int64_t(values.size())}, builder.getI64Type());
  return makeConstant(builder, location, type,
                      ArrayRef<char>(reinterpret_cast<const char *>(values.data()), values.size() * sizeof(int64_t)));
}

} // namespace wasmind::graph
