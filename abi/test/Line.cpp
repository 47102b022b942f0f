// What error texts make of names that come from files.
#include "abi/Line.h"
#include <gtest/gtest.h>

using wasmind::abi::toLine;

TEST(Line, keepsText) {
  for (const char *text : {"", "node 'conv1' (Conv)", "caf\u00e9 \u6a21\u578b \U0001f600"})
    EXPECT_EQ(toLine(text), text);
}

TEST(Line, showsWhatHidesOrReorders) {
  EXPECT_EQ(toLine("a\nb\tc\rd"), "a b c d");
  EXPECT_EQ(toLine(std::string_view("a\0b", 3)), "a\\u{0}b");
  EXPECT_EQ(toLine("\x1b]0;title\x07\x7f"), "\\u{1b}]0;title\\u{7}\\u{7f}");
  EXPECT_EQ(toLine("\u0085\u009b31m"), "\\u{85}\\u{9b}31m");
  EXPECT_EQ(toLine("\u202etxt\u2066\u200f\u061c\ufeff\u2028"),
            "\\u{202e}txt\\u{2066}\\u{200f}\\u{61c}\\u{feff}\\u{2028}");
  EXPECT_EQ(toLine("\U000e0041"), "\\u{e0041}");
  EXPECT_EQ(toLine(toLine("\u202e\x1b")), toLine("\u202e\x1b"));
}

TEST(Line, replacesWhatIsNoUtf8) {
  for (const char *text : {"\xff", "\xc0", "\x80", "\xf5"})
    EXPECT_EQ(toLine(text), "?");
  EXPECT_EQ(toLine("\xed\xa0\x80"), "???") << "a surrogate";
  EXPECT_EQ(toLine("\xe2\x82"), "??") << "cut off";
  EXPECT_EQ(toLine("\xc1\xbf"), "??") << "longer than needed";
}

TEST(Line, isNeverLong) {
  const std::string line = toLine("first " + std::string(100000, 'x') + " last");
  EXPECT_EQ(line.size(), wasmind::abi::maxLineByteLength);
  EXPECT_TRUE(line.starts_with("first x") && line.ends_with("x last")) << line;
  std::string wide;
  for (int count = 0; count < 5000; ++count)
    wide += "\u6a21";
  for (size_t limit = 20; limit < 40; ++limit) {
    EXPECT_LE(toLine(wide, limit).size(), limit);
    EXPECT_EQ(toLine(wide, limit).find('?'), std::string::npos) << "cut inside of a character";
    EXPECT_EQ(toLine(toLine(wide, limit)), toLine(wide, limit));
  }
}
