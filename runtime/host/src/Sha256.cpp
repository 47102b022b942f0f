//===- Sha256.cpp - SHA-256 (FIPS 180-4) --------------------------------------------------------------------------===//
#include "runtime/host/src/Sha256.h"
#include <algorithm>
#include <bit>
#include <cstring>
#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace wasmind::host {
namespace {

/// FIPS 180-4, section 4.2.2.
alignas(16) constexpr uint32_t roundConstants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

uint32_t loadBigEndian(const uint8_t *bytes) {
  return uint32_t(bytes[0]) << 24 | uint32_t(bytes[1]) << 16 | uint32_t(bytes[2]) << 8 | bytes[3];
}

/// FIPS 180-4, section 6.2.2.
void compressPortable(uint32_t *state, const uint8_t *blocks, size_t blockCount) {
  for (; blockCount--; blocks += 64) {
    uint32_t w[64];
    for (int t = 0; t < 16; ++t)
      w[t] = loadBigEndian(blocks + 4 * t);
    for (int t = 16; t < 64; ++t) {
      uint32_t s0 = std::rotr(w[t - 15], 7) ^ std::rotr(w[t - 15], 18) ^ (w[t - 15] >> 3);
      uint32_t s1 = std::rotr(w[t - 2], 17) ^ std::rotr(w[t - 2], 19) ^ (w[t - 2] >> 10);
      w[t] = s1 + w[t - 7] + s0 + w[t - 16];
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (int t = 0; t < 64; ++t) {
      uint32_t t1 =
          h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) + ((e & f) ^ (~e & g)) + roundConstants[t] + w[t];
      uint32_t t2 = (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
  }
}

#if defined(__x86_64__)
/// The same with the SHA extension, whose registers hold (a, b, e, f) and (c, d, g, h), highest lane first.
__attribute__((target("sha,sse4.1,ssse3"))) void compressSha(uint32_t *state, const uint8_t *blocks,
                                                             size_t blockCount) {
  const __m128i toBigEndian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  __m128i abef = _mm_set_epi32(int(state[0]), int(state[1]), int(state[4]), int(state[5]));
  __m128i cdgh = _mm_set_epi32(int(state[2]), int(state[3]), int(state[6]), int(state[7]));
  for (; blockCount--; blocks += 64) {
    const __m128i abefBefore = abef, cdghBefore = cdgh;
    __m128i w[4]; // the last 16 words of the message schedule
    for (int i = 0; i < 4; ++i)
      w[i] = _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i *>(blocks) + i), toBigEndian);
    for (int group = 0; group < 16; ++group) {
      __m128i words = w[group % 4];
      if (group >= 4) { // w[t-16] + s0(w[t-15]) + w[t-7], then s1(w[t-2])
        __m128i next = _mm_sha256msg1_epu32(words, w[(group + 1) % 4]);
        next = _mm_add_epi32(next, _mm_alignr_epi8(w[(group + 3) % 4], w[(group + 2) % 4], 4));
        words = w[group % 4] = _mm_sha256msg2_epu32(next, w[(group + 3) % 4]);
      }
      __m128i sum = _mm_add_epi32(words, _mm_load_si128(reinterpret_cast<const __m128i *>(roundConstants) + group));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
    }
    abef = _mm_add_epi32(abef, abefBefore);
    cdgh = _mm_add_epi32(cdgh, cdghBefore);
  }
  alignas(16) uint32_t lanes[8];
  _mm_store_si128(reinterpret_cast<__m128i *>(lanes), abef);
  _mm_store_si128(reinterpret_cast<__m128i *>(lanes) + 1, cdgh);
  state[0] = lanes[3], state[1] = lanes[2], state[4] = lanes[1], state[5] = lanes[0];
  state[2] = lanes[7], state[3] = lanes[6], state[6] = lanes[5], state[7] = lanes[4];
}

bool hasSha() {
  unsigned eax, ebx, ecx, edx;
  bool hasSse = __get_cpuid(1, &eax, &ebx, &ecx, &edx) && (ecx & bit_SSE4_1) && (ecx & bit_SSSE3);
  return hasSse && __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (ebx & bit_SHA);
}
#endif

void compress(uint32_t *state, const uint8_t *blocks, size_t blockCount) {
#if defined(__x86_64__)
  static const bool useSha = hasSha();
  if (useSha)
    return compressSha(state, blocks, blockCount);
#endif
  compressPortable(state, blocks, blockCount);
}

} // namespace

void Sha256::update(std::span<const uint8_t> bytes) {
  byteCount += bytes.size();
  if (blockFill != 0) {
    size_t taken = std::min(bytes.size(), block.size() - blockFill);
    std::copy_n(bytes.begin(), taken, block.begin() + ptrdiff_t(blockFill));
    blockFill += taken;
    bytes = bytes.subspan(taken);
    if (blockFill < block.size())
      return;
    compress(state.data(), block.data(), 1);
    blockFill = 0;
  }
  size_t blockCount = bytes.size() / block.size();
  compress(state.data(), bytes.data(), blockCount);
  bytes = bytes.subspan(blockCount * block.size());
  std::copy(bytes.begin(), bytes.end(), block.begin());
  blockFill = bytes.size();
}

std::string Sha256::finish() {
  // FIPS 180-4, section 5.1.1: a one bit, zeros, and the length in bits as the last 8 bytes of a block.
  const uint64_t bitCount = byteCount * 8;
  uint8_t padding[72] = {0x80};
  const size_t zeroEnd = (blockFill < 56 ? 56 : 120) - blockFill;
  for (int i = 0; i < 8; ++i)
    padding[zeroEnd + size_t(i)] = uint8_t(bitCount >> (56 - 8 * i));
  update({padding, zeroEnd + 8});

  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (uint32_t word : state)
    for (int shift = 28; shift >= 0; shift -= 4)
      text += digits[word >> shift & 15];
  return text;
}

std::string Sha256::of(std::span<const uint8_t> bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

} // namespace wasmind::host
