//===- Failure.cpp - why a call of this library failed ------------------------------------------------------------===//
#include "runtime/host/src/Failure.h"
#include <cstdint>

namespace wasmind::host {
namespace {

/// Bytes of the UTF-8 sequence at the start of `text`, 0 when it is none (Unicode standard, table 3-7).
size_t sequenceLength(const unsigned char *text, size_t available) {
  auto within = [&](size_t index, unsigned char low, unsigned char high) {
    return index < available && text[index] >= low && text[index] <= high;
  };
  unsigned char lead = text[0];
  if (lead < 0x80)
    return 1;
  if (lead >= 0xc2 && lead <= 0xdf)
    return within(1, 0x80, 0xbf) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef)
    return within(1, lead == 0xe0 ? 0xa0 : 0x80, lead == 0xed ? 0x9f : 0xbf) && within(2, 0x80, 0xbf) ? 3 : 0;
  if (lead >= 0xf0 && lead <= 0xf4)
    return within(1, lead == 0xf0 ? 0x90 : 0x80, lead == 0xf4 ? 0x8f : 0xbf) && within(2, 0x80, 0xbf) &&
                   within(3, 0x80, 0xbf)
               ? 4
               : 0;
  return 0;
}

} // namespace

Failure::Failure(wasmind_status status, const std::string &text, const char *kind)
    : failureStatus(status), failureKind(kind) {
  const auto *bytes = reinterpret_cast<const unsigned char *>(text.data());
  for (size_t at = 0; at < text.size();) {
    size_t length = sequenceLength(bytes + at, text.size() - at);
    if (length == 0)
      message += '?';
    else if (length == 1 && (bytes[at] < 0x20 || bytes[at] == 0x7f))
      message += ' ';
    else
      message.append(text, at, length);
    at += length == 0 ? 1 : length;
  }
}

} // namespace wasmind::host
