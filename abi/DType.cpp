//===- DType.cpp - element types ----------------------------------------------------------------------------------===//
#include "abi/DType.h"

namespace wasmind::abi {

uint64_t byteWidth(DType dtype) {
  switch (dtype) {
#define WASMIND_DTYPE(enumerator, name, code, byteWidth, npyDescr, typedArray)                                         \
  case DType::enumerator:                                                                                              \
    return byteWidth;
#include "abi/abi.def"
  }
  return 0;
}

std::string_view nameOf(DType dtype) {
  switch (dtype) {
#define WASMIND_DTYPE(enumerator, name, code, byteWidth, npyDescr, typedArray)                                         \
  case DType::enumerator:                                                                                              \
    return name;
#include "abi/abi.def"
  }
  return "";
}

std::optional<DType> parseDType(std::string_view text) {
#define WASMIND_DTYPE(enumerator, name, code, byteWidth, npyDescr, typedArray)                                         \
  if (text == name)                                                                                                    \
    return DType::enumerator;
#include "abi/abi.def"
  return std::nullopt;
}

DLPackType toDLPack(DType dtype) {
  switch (dtype) {
#define WASMIND_DLPACK(enumerator, name, typeCode, bits)                                                               \
  case DType::enumerator:                                                                                              \
    return {typeCode, bits};
#include "abi/abi.def"
  }
  return {};
}

std::optional<DType> fromDLPack(DLPackType type) {
#define WASMIND_DLPACK(enumerator, name, typeCode, bits)                                                               \
  if (type == DLPackType{typeCode, bits})                                                                              \
    return DType::enumerator;
#include "abi/abi.def"
  return std::nullopt;
}

} // namespace wasmind::abi
