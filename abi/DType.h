//===- DType.h - element types ------------------------------------------------------------------------------------===//
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace wasmind::abi {

/// Element type of a tensor; the number is its code in the C ABI.
enum class DType : uint8_t {
#define WASMIND_DTYPE(enumerator, name, code, byteWidth, npyDescr, typedArray) enumerator = code,
#include "abi/abi.def"
};

/// Bytes of one element: 1, 2, 4 or 8.
uint64_t byteWidth(DType dtype);
/// "f32", "bool", ...
std::string_view nameOf(DType dtype);
/// The element type of this name, or none.
std::optional<DType> parseDType(std::string_view name);

/// An element type as DLPack writes it, with one lane.
struct DLPackType {
  uint8_t code = 0, bits = 0;
  bool operator==(const DLPackType &) const = default;
};
DLPackType toDLPack(DType dtype);
/// The element type, or none of our table.
std::optional<DType> fromDLPack(DLPackType type);

} // namespace wasmind::abi
