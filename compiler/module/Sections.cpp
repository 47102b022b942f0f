#include "compiler/module/Sections.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/LEB128.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace wasmind::module {

unsigned sectionOrder(uint8_t id) {
  // custom, type, import, function, table, memory, global, export, start, element, code, data, data count, tag
  static constexpr uint8_t order[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 12, 13, 11, 6};
  return id < sizeof(order) ? order[id] : 0;
}

uint8_t Reader::byte() {
  if (bad || at == bytes.size()) {
    bad = true;
    return 0;
  }
  return uint8_t(bytes[at++]);
}

uint32_t Reader::unsigned32() {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    uint8_t next = byte();
    value |= uint64_t(next & 127) << shift;
    if (!(next & 128)) {
      if (value > UINT32_MAX)
        bad = true;
      return bad ? 0 : uint32_t(value);
    }
  }
  bad = true;
  return 0;
}

int32_t Reader::signed32() {
  int64_t value = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    uint8_t next = byte();
    value |= int64_t(next & 127) << shift;
    if (!(next & 128)) {
      value = SignExtend64(uint64_t(value), shift + 7);
      if (value != int32_t(value))
        bad = true;
      return bad ? 0 : int32_t(value);
    }
  }
  bad = true;
  return 0;
}

ArrayRef<char> Reader::take(uint64_t count) {
  if (bad || count > bytes.size() - at) {
    bad = true;
    return {};
  }
  ArrayRef<char> taken = bytes.slice(at, count);
  at += count;
  return taken;
}

StringRef Reader::text() {
  ArrayRef<char> taken = take(unsigned32());
  return StringRef(taken.data(), taken.size());
}

ArrayRef<char> Reader::rest() { return take(bad ? 0 : bytes.size() - at); }

StringRef moduleHeader() { return StringRef("\0asm\1\0\0\0", 8); }

Expected<SmallVector<Section>> readSections(ArrayRef<char> image, uint64_t byteLength) {
  auto bad = [](const char *what, size_t at) {
    return createStringError(formatv("not a valid wasm module: {0} at byte {1}", what, at).str());
  };
  if (byteLength < image.size())
    return bad("a length smaller than the part that was given", 0);
  Reader reader(image);
  ArrayRef<char> header = reader.take(8);
  if (StringRef(header.data(), header.size()) != moduleHeader())
    return bad("no wasm header", 0);
  SmallVector<Section> sections;
  unsigned last = 0;
  while (!reader.atEnd()) {
    size_t start = reader.position();
    Section section{};
    section.id = reader.byte();
    uint64_t length = reader.unsigned32();
    if (reader.failed())
      return bad("a cut section header", start);
    size_t body = reader.position();
    if (length > byteLength - body)
      return bad("a section longer than the file", start);
    bool cut = length > image.size() - body;
    section.payload = cut ? reader.rest() : reader.take(length);
    section.whole = image.slice(start, reader.position() - start);
    if (section.id == Custom) {
      if (cut)
        return bad("a cut custom section", start);
      Reader inner(section.payload);
      section.name = inner.text();
      section.payload = inner.rest();
      if (inner.failed())
        return bad("a custom section without a name", start);
    } else {
      unsigned order = sectionOrder(section.id);
      if (!order || order <= last)
        return bad("an unknown section or one out of order", start);
      last = order;
    }
    if (cut && body + length != byteLength)
      return bad("a cut section that is not the last", start);
    sections.push_back(section);
    if (!cut && reader.atEnd() && image.size() != byteLength)
      return bad("the end of the part that was given, between two sections,", image.size());
  }
  if (reader.failed())
    return bad("a cut section", image.size());
  return sections;
}

void appendUnsigned(SmallVectorImpl<char> &out, uint64_t value) {
  uint8_t buffer[10];
  unsigned count = encodeULEB128(value, buffer);
  out.append(buffer, buffer + count);
}

void appendSigned(SmallVectorImpl<char> &out, int64_t value) {
  uint8_t buffer[10];
  unsigned count = encodeSLEB128(value, buffer);
  out.append(buffer, buffer + count);
}

void appendText(SmallVectorImpl<char> &out, StringRef text) {
  appendUnsigned(out, text.size());
  out.append(text.begin(), text.end());
}

void appendSection(SmallVectorImpl<char> &out, uint8_t id, ArrayRef<char> payload) {
  out.push_back(char(id));
  appendUnsigned(out, payload.size());
  out.append(payload.begin(), payload.end());
}

} // namespace wasmind::module
