//===- Readme.cpp - the table of primitives in README.md is that of ops/ ------------------------------------------===//
#include "compiler/frontend/mindir/MindIR.h"
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

namespace {

TEST(Readme, ListsThePrimitives) {
  const char *source = std::getenv("WASMIND_SOURCE");
  std::string path = std::string(source ? source : ".") + "/compiler/frontend/mindir/README.md";
  std::stringstream content;
  content << std::ifstream(path).rdbuf();
  std::string text = content.str(), begin = "<!-- primitives -->\n", end = "<!-- end -->";
  size_t from = text.find(begin), to = text.find(end);
  ASSERT_NE(from, std::string::npos);
  ASSERT_NE(to, std::string::npos);
  from += begin.size();

  std::string table, line;
  for (llvm::StringRef primitive : wasmind::mindir::supportedPrimitives()) {
    if (line.size() + primitive.size() > 116) {
      table += line + "\n";
      line.clear();
    }
    line += (line.empty() ? "`" : " `") + primitive.str() + "`";
  }
  table += line + "\n";
  if (std::getenv("WASMIND_BLESS"))
    std::ofstream(path) << text.substr(0, from) + table + text.substr(to);
  else
    EXPECT_EQ(text.substr(from, to - from), table);
}

} // namespace
