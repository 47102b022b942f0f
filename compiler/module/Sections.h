// Reading and writing the binary format of WebAssembly modules (core specification 2.0, section 5.5), as far as this
// stage needs it: sections, LEB128 numbers, names.
#pragma once
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>

namespace wasmind::module {

enum SectionId : uint8_t {
  Custom = 0,
  Type = 1,
  Import = 2,
  FunctionSection = 3,
  Memory = 5,
  Export = 7,
  Code = 10,
  Data = 11,
  DataCount = 12,
};

/// The order in which the non-custom sections must stand: the data count stands before the code.
unsigned sectionOrder(uint8_t id);

struct Section {
  uint8_t id;
  llvm::StringRef name;         ///< of a custom section, otherwise empty
  llvm::ArrayRef<char> payload; ///< without id, length and, for custom sections, name
  llvm::ArrayRef<char> whole;   ///< with id and length, as found
};

/// Bounds-checked cursor. After the first bad read `failed()` is true and all reads return zero or empty.
class Reader {
public:
  explicit Reader(llvm::ArrayRef<char> bytes) : bytes(bytes) {}
  bool atEnd() const { return bad || at == bytes.size(); }
  bool failed() const { return bad; }
  void fail() { bad = true; }
  size_t position() const { return at; }
  uint8_t byte();
  uint32_t unsigned32();                     ///< LEB128 of at most 5 bytes
  int32_t signed32();                        ///< signed LEB128 of at most 5 bytes
  llvm::ArrayRef<char> take(uint64_t count); ///< the next `count` bytes
  llvm::StringRef text();                    ///< length, then UTF-8 bytes
  llvm::ArrayRef<char> rest();

private:
  llvm::ArrayRef<char> bytes;
  size_t at = 0;
  bool bad = false;
};

/// Splits an image into its sections. `byteLength` >= image.size() is the length of the whole image: only the last
/// section may be cut off by the end of `image`. Errors: no wasm magic, bad length, wrong order.
llvm::Expected<llvm::SmallVector<Section>> readSections(llvm::ArrayRef<char> image, uint64_t byteLength);

/// The 8 bytes a module starts with.
llvm::StringRef moduleHeader();

void appendUnsigned(llvm::SmallVectorImpl<char> &out, uint64_t value); ///< unsigned LEB128
void appendSigned(llvm::SmallVectorImpl<char> &out, int64_t value);    ///< signed LEB128
void appendText(llvm::SmallVectorImpl<char> &out, llvm::StringRef text);
/// id, length, payload.
void appendSection(llvm::SmallVectorImpl<char> &out, uint8_t id, llvm::ArrayRef<char> payload);

} // namespace wasmind::module
