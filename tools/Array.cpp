//===- Array.cpp - arrays as numpy's .npy files hold them ---------------------------------------------------------===//
#include "tools/Array.h"
#include "abi/Signature.h"
#include "tools/ReadFile.h"
#include "tools/Refusal.h"
#include <algorithm>
#include <cstring>
#include <optional>

namespace wasmind::tools {
namespace {

constexpr std::string_view magic("\x93NUMPY", 6);

/// What a .npy header says.
struct Header {
  std::string descr;
  bool isFortranOrder = false;
  std::vector<int64_t> shape;
};

/// Reads the header's text, a Python dict of three known keys whose values are a string, a bool and a tuple.
class HeaderReader {
public:
  explicit HeaderReader(std::string_view text) : rest(text) {}

  Header read() {
    Header header;
    bool hasDescr = false, hasOrder = false, hasShape = false;
    expect('{');
    while (!accept('}')) {
      const std::string key = readString();
      expect(':');
      if (key == "descr") {
        if (peek() == '[')
          throw Refusal("arrays of records are not supported");
        header.descr = readString();
        hasDescr = true;
      } else if (key == "fortran_order") {
        header.isFortranOrder = readBool();
        hasOrder = true;
      } else if (key == "shape") {
        header.shape = readTuple();
        hasShape = true;
      } else {
        throw Refusal("its header has the unknown key '" + key + "'");
      }
      if (!accept(',') && peek() != '}')
        fail();
    }
    if (!hasDescr || !hasOrder || !hasShape)
      fail();
    return header;
  }

private:
  [[noreturn]] static void fail() { throw Refusal("its header is damaged"); }

  char peek() {
    size_t start = rest.find_first_not_of(" \n\t");
    if (start == std::string_view::npos)
      fail();
    rest.remove_prefix(start);
    return rest.front();
  }
  bool accept(char c) {
    if (peek() != c)
      return false;
    rest.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!accept(c))
      fail();
  }

  std::string readString() {
    char quote = peek();
    if (quote != '\'' && quote != '"')
      fail();
    size_t end = rest.find(quote, 1);
    if (end == std::string_view::npos)
      fail();
    std::string text(rest.substr(1, end - 1));
    rest.remove_prefix(end + 1);
    return text;
  }

  bool readBool() {
    peek();
    for (auto [word, value] : {std::pair<std::string_view, bool>{"True", true}, {"False", false}})
      if (rest.substr(0, word.size()) == word) {
        rest.remove_prefix(word.size());
        return value;
      }
    fail();
  }

  std::vector<int64_t> readTuple() {
    std::vector<int64_t> extents;
    expect('(');
    while (!accept(')')) {
      int64_t value = 0;
      size_t digitCount = 0;
      for (peek(); digitCount < rest.size() && rest[digitCount] >= '0' && rest[digitCount] <= '9'; ++digitCount)
        value = std::min<int64_t>(10 * value + (rest[digitCount] - '0'), int64_t(1) << 48);
      if (digitCount == 0)
        fail();
      rest.remove_prefix(digitCount);
      extents.push_back(value);
      if (!accept(',') && peek() != ')')
        fail();
    }
    if (extents.size() > abi::maxRank)
      throw Refusal("rank " + std::to_string(extents.size()) + " is over " + std::to_string(abi::maxRank));
    return extents;
  }

  std::string_view rest;
};

/// The element type of numpy's name for it; single bytes and opaque ones have no byte order.
std::optional<DType> findDType(const std::string &descr) {
  auto isSame = [&](std::string_view known) {
    return descr == known || (descr.size() == known.size() && (known[0] == '|' || known[1] == 'V') &&
                              (descr[0] == '<' || descr[0] == '|' || descr[0] == '=') &&
                              std::string_view(descr).substr(1) == known.substr(1));
  };
#define WASMIND_DTYPE(enumerator, name, code, byteWidth, npyDescr, typedArray)                                         \
  if (isSame(npyDescr))                                                                                                \
    return DType::enumerator;
#include "abi/abi.def"
  return std::nullopt;
}

std::string descrOf(DType dtype) {
  switch (dtype) {
#define WASMIND_DTYPE(enumerator, name, code, byteWidth, npyDescr, typedArray)                                         \
  case DType::enumerator:                                                                                              \
    return npyDescr;
#include "abi/abi.def"
  }
  return "";
}

/// The same elements in row-major order; `bytes` is column-major.
std::vector<uint8_t> toRowMajor(std::span<const uint8_t> bytes, const std::vector<int64_t> &shape, size_t width) {
  std::vector<uint8_t> out(bytes.size());
  std::vector<int64_t> index(shape.size(), 0);
  for (size_t to = 0; to < bytes.size(); to += width) {
    size_t from = 0;
    for (size_t axis = shape.size(); axis-- > 0;)
      from = from * size_t(shape[axis]) + size_t(index[axis]);
    std::memcpy(&out[to], &bytes[from * width], width);
    for (size_t axis = shape.size(); axis-- > 0;) {
      if (++index[axis] < shape[axis])
        break;
      index[axis] = 0;
    }
  }
  return out;
}

} // namespace

Array Array::copyOf(const Tensor &tensor) {
  const auto *first = reinterpret_cast<const uint8_t *>(tensor.data());
  return {tensor.dtype(), tensor.shape(), {first, first + tensor.byteLength()}};
}

std::string describeShape(const std::vector<int64_t> &shape) {
  std::string text = "[";
  for (size_t axis = 0; axis < shape.size(); ++axis)
    text += (axis ? ", " : "") + std::to_string(shape[axis]);
  return text + "]";
}

Array parseNpy(std::span<const uint8_t> npy) {
  std::string_view text(reinterpret_cast<const char *>(npy.data()), npy.size());
  if (text.size() < 10 || text.substr(0, magic.size()) != magic)
    throw Refusal("not a .npy file");
  const uint8_t version = npy[6];
  if (version < 1 || version > 3)
    throw Refusal("version " + std::to_string(version) + " of .npy files is not supported");
  const size_t start = version == 1 ? 10 : 12;
  if (text.size() < start)
    throw Refusal("its header is damaged");
  size_t headerLength = size_t(npy[8]) | size_t(npy[9]) << 8;
  if (version > 1)
    headerLength |= size_t(npy[10]) << 16 | size_t(npy[11]) << 24;
  if (headerLength > text.size() - start)
    throw Refusal("its header reaches past the end of the file");
  Header header = HeaderReader(text.substr(start, headerLength)).read();

  std::optional<DType> dtype = findDType(header.descr);
  if (!dtype)
    throw Refusal("numpy type '" + header.descr + "' is not supported");
  std::optional<uint64_t> byteLength = abi::actualByteLength(abi::DType(*dtype), header.shape);
  std::span<const uint8_t> data = npy.subspan(start + headerLength);
  if (!byteLength || *byteLength != data.size())
    throw Refusal("shape " + describeShape(header.shape) + " of '" + header.descr + "' does not fill the file");
  if (header.isFortranOrder)
    return {*dtype, header.shape, toRowMajor(data, header.shape, byteWidth(*dtype))};
  return {*dtype, header.shape, {data.begin(), data.end()}};
}

std::vector<uint8_t> formatNpy(const Array &array) {
  std::string shape = "(";
  for (size_t axis = 0; axis < array.shape.size(); ++axis)
    shape += (axis ? ", " : "") + std::to_string(array.shape[axis]);
  shape += array.shape.size() == 1 ? ",)" : ")";
  std::string header = "{'descr': '" + descrOf(array.dtype) + "', 'fortran_order': False, 'shape': " + shape + ", }";
  // Magic, version, length and header together fill a multiple of 64 bytes.
  header.append(63 - (10 + header.size()) % 64, ' ').append(1, '\n');

  std::vector<uint8_t> npy(magic.begin(), magic.end());
  npy.insert(npy.end(), {1, 0, uint8_t(header.size() & 0xff), uint8_t(header.size() >> 8)});
  npy.insert(npy.end(), header.begin(), header.end());
  npy.insert(npy.end(), array.bytes.begin(), array.bytes.end());
  return npy;
}

Array readNpy(const std::string &path) {
  try {
    return parseNpy(readFile(path));
  } catch (const Refusal &refusal) {
    std::string text = refusal.what();
    throw Refusal(text.find(path) == std::string::npos ? path + ": " + text : text);
  }
}

} // namespace wasmind::tools
