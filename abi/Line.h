//===- Line.h - text from anywhere as one line for people ---------------------------------------------------------===//
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace wasmind::abi {

/// The most bytes of an error's text.
constexpr size_t maxLineByteLength = 4096;

/// `text` as one line of well-formed UTF-8 that shows what it holds: names come from files that are not trusted. Line
/// ends and tabs become spaces; other control characters, and those that are not seen or change the direction of what
/// stands around them, become \u{...}; what is no UTF-8 becomes '?'. Of a longer line the middle is left out.
std::string toLine(std::string_view text, size_t maxByteLength = maxLineByteLength);

} // namespace wasmind::abi
