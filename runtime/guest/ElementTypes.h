//===- ElementTypes.h - the rows of abi.def as the guest uses them ------------------------------------------------===//
#pragma once
#include <stdint.h>

namespace wasmind::guest {

/// Codes of abi.def; 0 is no type.
enum ElementType : uint8_t {
  NoElementType = 0,
#define WASMIND_DTYPE(enumerator, name, code, byteWidth, npyDescr, typedArray) enumerator = code,
#include "abi/abi.def"
  ElementTypeCount
};

/// What is known of a type, at the index of its code.
struct ElementTypeFacts {
  char name[5];
  uint8_t byteWidth;
  uint16_t dlpack; ///< type code, bits << 8
};
extern const ElementTypeFacts elementTypes[ElementTypeCount];

} // namespace wasmind::guest
