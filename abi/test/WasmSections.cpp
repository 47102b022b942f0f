// The section reader on small hand-made modules.
#include "abi/WasmSections.h"
#include <gtest/gtest.h>

using namespace wasmind::abi;
using Bytes = std::vector<uint8_t>;

namespace {

const Bytes preamble{0, 'a', 's', 'm', 1, 0, 0, 0};

Bytes operator+(Bytes left, const Bytes &right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Bytes custom(std::string_view name, const Bytes &contents) { return encodeCustomSection(name, contents); }

std::string errorOf(const Bytes &module) {
  Result<std::vector<WasmSection>> result = readSections(module);
  return result ? "" : result.error().text;
}

} // namespace

TEST(WasmSections, emptyModule) {
  Result<std::vector<WasmSection>> sections = readSections(preamble);
  ASSERT_TRUE(sections);
  EXPECT_TRUE(sections->empty());
}

TEST(WasmSections, findsTheCustomSection) {
  Bytes big(300, 7); // a length of two LEB128 bytes
  Bytes module = preamble + custom("name", {1, 2}) + Bytes{10, 2, 1, 0} + custom("wasmind", big);
  Result<std::span<const uint8_t>> found = findCustomSection(module, "wasmind");
  ASSERT_TRUE(found) << found.error().text;
  EXPECT_EQ(Bytes(found->begin(), found->end()), big);
  EXPECT_EQ(byteLengthOf(*readSections(module), SectionId::Code), 2u);
  EXPECT_EQ(byteLengthOf(*readSections(module), SectionId::Data), 0u);
}

TEST(WasmSections, refusesNoneOrTwo) {
  EXPECT_EQ(findCustomSection(preamble, "wasmind").error().text,
            "no custom section 'wasmind': the module was not made by the wasmind compiler");
  Bytes twice = preamble + custom("wasmind", {1}) + custom("wasmind", {1});
  EXPECT_EQ(findCustomSection(twice, "wasmind").error().text, "more than one custom section 'wasmind'");
}

TEST(WasmSections, refusesOtherFiles) {
  EXPECT_EQ(errorOf({}), "not a WebAssembly module: it is empty");
  EXPECT_NE(errorOf({0, 'a', 's', 'm', 2, 0, 0, 0}), "");
  EXPECT_NE(errorOf({0, 'a', 's', 'm', 1, 0, 0}), "");
}

TEST(WasmSections, refusesLengthsPastTheEnd) {
  EXPECT_EQ(errorOf(preamble + Bytes{10}),
            "section 0 (id 10) reaches past the end of the module: the file is truncated or corrupt");
  EXPECT_NE(errorOf(preamble + Bytes{10, 2, 0}), "");
  EXPECT_NE(errorOf(preamble + Bytes{10, 0xff, 0xff, 0xff, 0xff, 0x0f}), "");
  EXPECT_NE(errorOf(preamble + Bytes{10, 0xff, 0xff, 0xff, 0xff, 0x1f}), ""); // over 32 bits
  EXPECT_NE(errorOf(preamble + Bytes{10, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00}), "");
  EXPECT_EQ(errorOf(preamble + Bytes{0, 2, 5, 'a'}), "custom section 0 has no complete name");
  EXPECT_EQ(errorOf(preamble + Bytes{0, 0}), "custom section 0 has no complete name");
}

TEST(WasmSections, everyPrefixOfAModuleIsHandled) {
  Bytes module = preamble + custom("name", {1, 2}) + Bytes{10, 2, 1, 0} + custom("wasmind", Bytes(300, 7));
  for (size_t length = 0; length < module.size(); ++length) {
    Bytes prefix(module.begin(), module.begin() + ptrdiff_t(length)); // its own allocation: sanitizers see any overrun
    EXPECT_FALSE(findCustomSection(prefix, "wasmind"));
  }
}
