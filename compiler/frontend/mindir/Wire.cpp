#include "compiler/frontend/mindir/Wire.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Endian.h"
#include <bit>

using namespace llvm;
namespace wasmind::mindir {

float Field::asFloat() const { return std::bit_cast<float>(static_cast<uint32_t>(value)); }
double Field::asDouble() const { return std::bit_cast<double>(value); }

void WireFile::fail(const char *at, const Twine &reason) {
  if (error.empty())
    error = (reason + " at byte " + Twine(static_cast<uint64_t>(at - bytes.data()))).str();
}

/// Reads a base-128 number of at most ten bytes and moves `position` behind it.
static bool readVarint(WireFile &file, const char *&position, const char *end, uint64_t &value) {
  value = 0;
  const char *start = position;
  for (unsigned shift = 0; shift < 70; shift += 7) {
    if (position == end) {
      file.fail(start, "a number is cut off");
      return false;
    }
    uint8_t byte = static_cast<uint8_t>(*position++);
    if (shift == 63 && byte > 1)
      break; // the tenth byte holds only bit 63
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80)
      return true;
  }
  file.fail(start, "a number is longer than 64 bits");
  return false;
}

Reader::Reader(WireFile &file, StringRef bytes, unsigned depth)
    : file(file), position(bytes.begin()), end(bytes.end()) {
  if (depth > maxDepth)
    file.fail(position, "messages are nested more than " + Twine(maxDepth) + " deep");
  else if (++file.messages > maxMessages)
    file.fail(position, "more than " + Twine(maxMessages) + " messages");
}

bool Reader::next(Field &field) {
  if (file.failed() || position == end)
    return false;
  const char *start = position;
  uint64_t key;
  if (!readVarint(file, position, end, key))
    return false;
  field = Field();
  if ((key >> 3) == 0 || (key >> 3) >= (1u << 29)) {
    file.fail(start, "a field number is out of range");
    return false;
  }
  field.number = static_cast<uint32_t>(key >> 3);
  uint64_t length = 0;
  switch (key & 7) {
  case 0:
    field.type = WireType::Varint;
    return readVarint(file, position, end, field.value);
  case 1:
    field.type = WireType::Fixed64;
    length = 8;
    break;
  case 2:
    field.type = WireType::Bytes;
    if (!readVarint(file, position, end, length))
      return false;
    break;
  case 5:
    field.type = WireType::Fixed32;
    length = 4;
    break;
  default:
    file.fail(start, "an unknown wire type");
    return false;
  }
  if (length > static_cast<uint64_t>(end - position)) {
    file.fail(start, "a field is longer than what contains it");
    return false;
  }
  StringRef bytes(position, length);
  position += length;
  if (field.type == WireType::Bytes)
    field.bytes = bytes;
  else
    field.value = length == 8 ? support::endian::read64le(bytes.data()) : support::endian::read32le(bytes.data());
  return true;
}

void forEachNumber(WireFile &file, const Field &field, WireType type, function_ref<void(const Field &)> use) {
  if (field.type == type) {
    use(field);
    return;
  }
  if (field.type != WireType::Bytes)
    return; // another type than the schema's: an unknown field, as protobuf has it
  const char *position = field.bytes.begin(), *end = field.bytes.end();
  while (position != end && !file.failed()) {
    Field number;
    number.number = field.number;
    number.type = type;
    if (type == WireType::Varint) {
      if (!readVarint(file, position, end, number.value))
        return;
    } else {
      ptrdiff_t width = type == WireType::Fixed64 ? 8 : 4;
      if (end - position < width) {
        file.fail(position, "a number is cut off");
        return;
      }
      number.value = width == 8 ? support::endian::read64le(position) : support::endian::read32le(position);
      position += width;
    }
    use(number);
  }
}

} // namespace wasmind::mindir
