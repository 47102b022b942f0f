//===- Mutate.h - damaging bytes, and protocol-buffer messages without their schema -------------------------------===//
#pragma once
#include <cstdint>
#include <random>
#include <vector>

namespace wasmind::fuzz {

using Bytes = std::vector<uint8_t>;

/// Damages a few bytes anywhere: replaced, flipped, removed, inserted, copied from elsewhere, cut off. The same
/// `random` gives the same damage.
void mutateBytes(Bytes &bytes, std::mt19937_64 &random);

/// Damages one field of a protocol-buffer message, at any depth, and keeps the lengths around it right, so that readers
/// get past their framing: numbers become extreme, fields are removed, doubled, exchanged or emptied. Whether a
/// length-delimited field is a message or text is guessed by whether it parses. Of bytes that are no message at all,
/// text is damaged by its words, numbers and brackets (one of which may open a hundred thousand times), others by
/// `mutateBytes`.
void mutateMessage(Bytes &bytes, std::mt19937_64 &random);

} // namespace wasmind::fuzz
