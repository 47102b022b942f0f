// Known digests (FIPS 180-4 examples) and equality of all ways to cut the input.
#include "runtime/host/src/Sha256.h"
#include <gtest/gtest.h>
#include <vector>

using wasmind::host::Sha256;

namespace {

std::string hashOf(const std::string &text) {
  return Sha256::of({reinterpret_cast<const uint8_t *>(text.data()), text.size()});
}

} // namespace

TEST(Sha256, knownDigests) {
  EXPECT_EQ(hashOf(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hashOf("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hashOf("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hashOf(std::string(1000000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, piecesDoNotMatter) {
  std::vector<uint8_t> bytes(300);
  for (size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = uint8_t(i * 7);
  for (size_t length = 0; length <= 200; ++length)
    for (size_t piece : {1, 3, 63, 64, 65}) {
      Sha256 hash;
      for (size_t at = 0; at < length; at += piece)
        hash.update({bytes.data() + at, std::min(piece, length - at)});
      EXPECT_EQ(hash.finish(), Sha256::of({bytes.data(), length})) << length << " " << piece;
    }
}
