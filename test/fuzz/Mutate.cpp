#include "test/fuzz/Mutate.h"
#include <algorithm>
#include <cctype>
#include <optional>
#include <string>

using namespace wasmind::fuzz;

namespace {

/// One field of a message, in the wire format of protocol buffers (varint 0, 64-bit 1, delimited 2, 32-bit 5).
struct Field {
  uint64_t key = 0;
  uint64_t value = 0;          // of wire types 0, 1 and 5
  Bytes payload;               // of wire type 2 when it is no message
  std::vector<Field> children; // of wire type 2 when it is one
  bool isMessage = false;
  unsigned wire() const { return unsigned(key & 7); }
};

std::optional<uint64_t> readVarint(const uint8_t *&at, const uint8_t *end) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && at != end; shift += 7) {
    uint8_t byte = *at++;
    value |= uint64_t(byte & 0x7f) << shift;
    if (byte < 0x80)
      return value;
  }
  return std::nullopt;
}

std::optional<uint64_t> readFixed(const uint8_t *&at, const uint8_t *end, unsigned byteLength) {
  if (end - at < ptrdiff_t(byteLength))
    return std::nullopt;
  uint64_t value = 0;
  for (unsigned i = 0; i < byteLength; ++i)
    value |= uint64_t(*at++) << (8 * i);
  return value;
}

std::optional<std::vector<Field>> parse(const uint8_t *at, const uint8_t *end, unsigned depth) {
  std::vector<Field> fields;
  while (at != end) {
    Field field;
    auto key = readVarint(at, end);
    if (!key || (*key >> 3) == 0 || (*key >> 3) > 10000)
      return std::nullopt;
    field.key = *key;
    std::optional<uint64_t> value;
    switch (field.wire()) {
    case 0:
    case 2:
      value = readVarint(at, end);
      break;
    case 1:
      value = readFixed(at, end, 8);
      break;
    case 5:
      value = readFixed(at, end, 4);
      break;
    default:
      return std::nullopt;
    }
    if (!value)
      return std::nullopt;
    if (field.wire() != 2) {
      field.value = *value;
    } else {
      if (*value > uint64_t(end - at))
        return std::nullopt;
      const uint8_t *stop = at + *value;
      if (*value && depth)
        if (auto children = parse(at, stop, depth - 1))
          field.children = std::move(*children), field.isMessage = true;
      if (!field.isMessage)
        field.payload.assign(at, stop);
      at = stop;
    }
    fields.push_back(std::move(field));
  }
  return fields;
}

void writeVarint(Bytes &out, uint64_t value) {
  for (; value > 0x7f; value >>= 7)
    out.push_back(uint8_t(value | 0x80));
  out.push_back(uint8_t(value));
}

void write(Bytes &out, const std::vector<Field> &fields) {
  for (const Field &field : fields) {
    writeVarint(out, field.key);
    switch (field.wire()) {
    case 0:
      writeVarint(out, field.value);
      break;
    case 2: {
      Bytes inner = field.payload;
      if (field.isMessage)
        write(inner, field.children);
      writeVarint(out, inner.size());
      out.insert(out.end(), inner.begin(), inner.end());
      break;
    }
    default:
      for (unsigned i = 0; i < (field.wire() == 1 ? 8u : 4u); ++i)
        out.push_back(uint8_t(field.value >> (8 * i)));
    }
  }
}

/// Every list of fields of the message, with the place of each field in it.
void collect(std::vector<Field> &fields, std::vector<std::pair<std::vector<Field> *, size_t>> &places) {
  for (size_t i = 0; i < fields.size(); ++i) {
    places.push_back({&fields, i});
    collect(fields[i].children, places);
  }
}

uint64_t extreme(std::mt19937_64 &random) {
  static constexpr uint64_t values[] = {0,          1,          2,          7,          127,        128,
                                        255,        65535,      1u << 20,   0x7fffffff, 0x80000000, 0xffffffff,
                                        1ull << 32, 1ull << 40, 1ull << 62, INT64_MAX,  1ull << 63, UINT64_MAX};
  return values[random() % std::size(values)];
}

bool isText(const Bytes &bytes) {
  return !bytes.empty() &&
         std::all_of(bytes.begin(), bytes.end(), [](uint8_t c) { return c >= 0x20 || c == '\n' || c == '\t'; });
}

bool isWordPart(uint8_t c) { return std::isalnum(c) || c == '_' || c == '.' || c == '-'; }

/// Damages text by its words, numbers and brackets.
void mutateText(Bytes &bytes, std::mt19937_64 &random) {
  const size_t at = random() % bytes.size();
  auto ends = [&](auto isEnd) {
    return size_t(std::find_if(bytes.begin() + ptrdiff_t(at), bytes.end(), isEnd) - bytes.begin());
  };
  auto wordBefore = [&](size_t end) {
    size_t begin = end;
    while (begin > 0 && isWordPart(bytes[begin - 1]))
      --begin;
    return begin;
  };
  auto piece = [&](size_t begin, size_t end) {
    return Bytes(bytes.begin() + ptrdiff_t(begin), bytes.begin() + ptrdiff_t(end));
  };
  auto put = [&](size_t place, const Bytes &what) {
    bytes.insert(bytes.begin() + ptrdiff_t(place), what.begin(), what.end());
  };
  switch (random() % 4) {
  case 0: { // what opens a bracket, many times over
    const size_t bracket = ends([](uint8_t c) { return c == '(' || c == '<' || c == '[' || c == '{'; });
    if (bracket == bytes.size())
      break;
    const size_t begin = wordBefore(bracket);
    const Bytes opening = piece(begin, bracket + 1);
    Bytes many;
    for (unsigned count = 1u << random() % 17; count--;)
      many.insert(many.end(), opening.begin(), opening.end());
    put(begin, many);
    break;
  }
  case 1: { // a number at the edge
    const size_t begin = ends([](uint8_t c) { return std::isdigit(c); });
    size_t end = begin;
    while (end < bytes.size() && std::isdigit(bytes[end]))
      ++end;
    const std::string number = std::to_string(int64_t(extreme(random)));
    bytes.erase(bytes.begin() + ptrdiff_t(begin), bytes.begin() + ptrdiff_t(end));
    put(begin, Bytes(number.begin(), number.end()));
    break;
  }
  case 2: { // another word
    const size_t begin = wordBefore(at), from = random() % bytes.size();
    size_t end = at, last = from;
    while (end < bytes.size() && isWordPart(bytes[end]))
      ++end;
    while (last < bytes.size() && isWordPart(bytes[last]))
      ++last;
    const Bytes other = piece(wordBefore(from), last);
    bytes.erase(bytes.begin() + ptrdiff_t(begin), bytes.begin() + ptrdiff_t(end));
    put(begin, other);
    break;
  }
  default:
    mutateBytes(bytes, random);
  }
}

} // namespace

void wasmind::fuzz::mutateBytes(Bytes &bytes, std::mt19937_64 &random) {
  for (unsigned edits = 1 + random() % 4; edits-- && !bytes.empty();) {
    size_t at = random() % bytes.size(), length = std::min<size_t>(1 + random() % 16, bytes.size() - at);
    auto place = bytes.begin() + ptrdiff_t(at);
    switch (random() % 7) {
    case 0:
      *place = uint8_t(random());
      break;
    case 1:
      *place ^= uint8_t(1u << random() % 8);
      break;
    case 2:
      *place = uint8_t(extreme(random));
      break;
    case 3:
      bytes.erase(place, place + ptrdiff_t(length));
      break;
    case 4: {
      size_t from = random() % bytes.size();
      Bytes copy(bytes.begin() + ptrdiff_t(from), bytes.begin() + ptrdiff_t(std::min(bytes.size(), from + length)));
      bytes.insert(place, copy.begin(), copy.end());
      break;
    }
    case 5:
      std::swap(*place, bytes[random() % bytes.size()]);
      break;
    default:
      if (random() % 8 == 0)
        bytes.resize(at);
    }
  }
}

void wasmind::fuzz::mutateMessage(Bytes &bytes, std::mt19937_64 &random) {
  auto message = parse(bytes.data(), bytes.data() + bytes.size(), /*depth=*/12);
  std::vector<std::pair<std::vector<Field> *, size_t>> places;
  if (message)
    collect(*message, places);
  if (places.empty())
    return isText(bytes) ? mutateText(bytes, random) : mutateBytes(bytes, random);
  auto [list, index] = places[random() % places.size()];
  Field &field = (*list)[index];
  switch (random() % 8) {
  case 0:
    list->erase(list->begin() + ptrdiff_t(index));
    break;
  case 1: {
    Field copy = field;
    list->insert(list->begin() + ptrdiff_t(index), copy);
    break;
  }
  case 2:
    std::swap(field, (*list)[random() % list->size()]);
    break;
  case 3: {
    // The same field of another place: an edge goes elsewhere, a tensor gets another's data.
    std::vector<const Field *> alike;
    for (auto [other, at] : places)
      if ((*other)[at].key == field.key && &(*other)[at] != &field)
        alike.push_back(&(*other)[at]);
    if (!alike.empty()) {
      Field copy = *alike[random() % alike.size()];
      field = std::move(copy);
    }
    break;
  }
  case 4:
    field.children.clear(), field.payload.clear(), field.isMessage = false;
    field.value = 0;
    break;
  case 5:
    if (field.wire() == 2 && !field.isMessage)
      mutateBytes(field.payload, random);
    else
      field.value += random() % 2 ? 1 : uint64_t(-1);
    break;
  default:
    if (field.wire() == 2)
      mutateBytes(field.payload, random);
    else
      field.value = extreme(random);
  }
  bytes.clear();
  write(bytes, *message);
}
