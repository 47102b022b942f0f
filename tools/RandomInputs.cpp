//===- RandomInputs.cpp - inputs from a seed, the same in every host of wasmind -----------------------------------===//
#include "tools/RandomInputs.h"
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace wasmind::tools {
namespace {

/// Full-period 32-bit generator: a Weyl sequence (2^32 over the golden ratio) through an avalanche of two
/// multiplications (constants: the low-bias integer hash found by C. Wellons' "hash prospector").
class Words {
public:
  explicit Words(uint32_t seed) : state(seed) {}
  uint32_t next() {
    state += 0x9e3779b9;
    uint32_t z = (state ^ state >> 16) * 0x21f0aaad;
    z = (z ^ z >> 15) * 0x735a2d97;
    return z ^ z >> 15;
  }

private:
  uint32_t state;
};

/// Binary16 bits of a value in [-1, 1), cut off.
uint16_t toF16(double value) {
  if (value == 0)
    return 0;
  const double magnitude = std::fabs(value);
  const int exponent = std::max(-14, std::ilogb(magnitude));
  const auto fraction = unsigned(std::floor(std::ldexp(magnitude, 10 - exponent)));
  const unsigned bits = fraction >= 1024 ? (unsigned(exponent + 15) << 10) + (fraction - 1024) : fraction;
  return uint16_t((value < 0 ? 0x8000u : 0u) | bits);
}

template <typename T> void put(uint8_t *place, T value) { std::memcpy(place, &value, sizeof value); }

/// Draws one element.
void drawElement(DType dtype, Words &words, uint8_t *place) {
  const uint32_t word = words.next();
  const double unit = double(word >> 8) / 8388608.0 - 1;
  switch (dtype) {
  case DType::F32:
    return put(place, float(unit));
  case DType::F64:
    return put(place, unit);
  case DType::F16:
    return put(place, toF16(unit));
  case DType::BF16:
    return put(place, uint16_t(std::bit_cast<uint32_t>(float(unit)) >> 16));
  default: // little-endian integers of any width
    *place = uint8_t(word >> 31);
  }
}

} // namespace

std::vector<int64_t> extentsFor(const abi::Signature &contract, int64_t divisor) {
  std::vector<int64_t> extents;
  for (const abi::Dim &dim : contract.dims) {
    const int64_t most = dim.min + (dim.max - dim.min) / divisor, multiple = most / dim.multipleOf * dim.multipleOf;
    extents.push_back(dim.initial.value_or(multiple < dim.min ? most : multiple));
  }
  for (size_t index = 0; index < extents.size(); ++index)
    if (const std::optional<abi::DimSum> &equals = contract.dims[index].equals) {
      extents[index] = equals->plus;
      for (const abi::DimSum::Term &term : equals->terms)
        extents[index] += term.times * extents[*contract.findDim(term.dim)];
    }
  return extents;
}

Signature::Function withExtents(Signature::Function entry, const std::vector<int64_t> &extents) {
  for (Signature::Tensor &input : entry.inputs) {
    input.byteLength = byteWidth(input.dtype);
    for (size_t axis = 0; axis < input.bounds.size(); ++axis) {
      if (input.dims[axis] >= 0)
        input.bounds[axis] = extents[size_t(input.dims[axis])];
      input.byteLength *= uint64_t(input.bounds[axis]);
    }
  }
  return entry;
}

std::vector<Array> randomInputs(const Signature::Function &function, uint32_t seed) {
  Words words(seed);
  std::vector<Array> arrays;
  for (const Signature::Tensor &input : function.inputs) {
    Array &array = arrays.emplace_back(Array{input.dtype, input.bounds, {}});
    array.bytes.resize(input.byteLength);
    for (size_t at = 0; at < array.bytes.size(); at += byteWidth(input.dtype))
      drawElement(input.dtype, words, &array.bytes[at]);
  }
  return arrays;
}

} // namespace wasmind::tools
