//===- Line.cpp - text from anywhere as one line for people -------------------------------------------------------===//
#include "abi/Line.h"
#include <cstdint>
#include <cstdio>

namespace wasmind::abi {
namespace {

/// The code point at the start of `text` and its bytes; 0 bytes when they are no UTF-8 (Unicode standard, table 3-7).
struct Point {
  uint32_t code;
  size_t byteLength;
};

Point readPoint(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80)
    return {lead, 1};
  const size_t following = lead >= 0xc2 && lead <= 0xdf   ? 1
                           : lead >= 0xe0 && lead <= 0xef ? 2
                           : lead >= 0xf0 && lead <= 0xf4 ? 3
                                                          : 0;
  if (following == 0 || text.size() <= following)
    return {0, 0};
  uint32_t code = lead & (0x3fu >> following);
  for (size_t index = 1; index <= following; ++index) {
    const auto next = static_cast<unsigned char>(text[index]);
    if ((next & 0xc0) != 0x80)
      return {0, 0};
    code = code << 6 | (next & 0x3f);
  }
  const uint32_t least = following == 1 ? 0x80 : following == 2 ? 0x800 : 0x10000;
  if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
    return {0, 0};
  return {code, following + 1};
}

/// Control and format characters (Unicode's Cc, and those of Cf and Zl, Zp that hide or reorder text).
bool isUnsafe(uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code <= 0x9f) || code == 0xad || code == 0x61c || code == 0x180e ||
         (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2060 && code <= 0x206f) || code == 0xfeff || (code >= 0xfff9 && code <= 0xfffb) ||
         (code >= 0xe0000 && code <= 0xe007f);
}

} // namespace

std::string toLine(std::string_view text, size_t maxByteLength) {
  std::string line;
  for (size_t at = 0; at < text.size();) {
    const auto [code, byteLength] = readPoint(text.substr(at));
    if (byteLength == 0) {
      line += '?';
    } else if (code == '\t' || code == '\n' || code == '\r') {
      line += ' ';
    } else if (isUnsafe(code)) {
      char escape[16];
      std::snprintf(escape, sizeof escape, "\\u{%x}", unsigned(code));
      line += escape;
    } else {
      line.append(text, at, byteLength);
    }
    at += byteLength == 0 ? 1 : byteLength;
  }
  if (line.size() <= maxByteLength)
    return line;
  // What is wrong stands at the end, where it happened at the start.
  constexpr std::string_view gap = " ... ";
  auto isInside = [&](size_t at) { return (static_cast<unsigned char>(line[at]) & 0xc0) == 0x80; };
  size_t head = (maxByteLength - gap.size()) / 2, tail = line.size() - (maxByteLength - gap.size() - head);
  while (isInside(head))
    --head;
  while (isInside(tail))
    ++tail;
  return line.substr(0, head).append(gap).append(line, tail);
}

} // namespace wasmind::abi
