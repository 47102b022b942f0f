// The innermost loops of matrix products, as whole models are compiled: as many instructions as the tile asks for.
#include "compiler/Compile.h"
#include "compiler/loops/Tiles.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Program.h"
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

namespace wasmind {
namespace {

namespace fs = std::filesystem;

/// Instructions of a loop without loops in it: mnemonic, and operand where it has one.
struct Loop {
  std::vector<std::string> lines;

  int64_t count(std::initializer_list<llvm::StringRef> mnemonics) const {
    return llvm::count_if(lines, [&](llvm::StringRef line) {
      return llvm::is_contained(mnemonics, line.split('\t').first.split(' ').first);
    });
  }
  std::string text() const { return llvm::join(lines, "\n"); }
};

std::string readFile(const fs::path &path) {
  std::stringstream content;
  content << std::ifstream(path, std::ios::binary).rdbuf();
  return content.str();
}

/// The innermost loops of a disassembled object.
std::vector<Loop> innermostLoops(llvm::StringRef listing) {
  struct Open {
    bool isLoop, hasLoops;
    Loop loop;
  };
  std::vector<Open> open;
  std::vector<Loop> found;
  llvm::SmallVector<llvm::StringRef> lines;
  listing.split(lines, '\n');
  for (llvm::StringRef line : lines) {
    llvm::StringRef instruction = line.split('\t').second.trim(),
                    mnemonic = instruction.split('\t').first.split(' ').first;
    if (line.ends_with(">:"))
      open.clear(); // the next function
    if (mnemonic.empty())
      continue;
    if (mnemonic == "block" || mnemonic == "loop" || mnemonic == "if") {
      if (mnemonic == "loop")
        for (Open &outer : open)
          outer.hasLoops = true;
      open.push_back({mnemonic == "loop", false, {}});
      continue;
    }
    if (mnemonic == "end_block" || mnemonic == "end_loop" || mnemonic == "end_if" || mnemonic == "end") {
      if (open.empty())
        continue; // of the function
      if (open.back().isLoop && !open.back().hasLoops)
        found.push_back(open.back().loop);
      open.pop_back();
      continue;
    }
    for (Open &each : open)
      each.loop.lines.push_back(instruction.str());
  }
  return found;
}

struct Product {
  const char *name, *model;
  bool isOfBytes;
};

const Product products[] = {
    {"MatMul", "(float[96,64] a, float[64,32] b) => (float[96,32] y) { y = MatMul (a, b) }", false},
    {"MatMulOfAnyRows", "(float[n,64] a, float[64,32] b) => (float[n,32] y) { y = MatMul (a, b) }", false},
    {"ConvWithBiasAndRelu",
     "(float[1,16,24,24] x, float[32,16,3,3] w, float[32] b) => (float[1,32,22,22] y) { c = Conv (x, w, b) y = Relu "
     "(c) }",
     false},
    {"MatMulInteger", "(int8[96,64] a, int8[64,32] b) => (int32[96,32] y) { y = MatMulInteger (a, b) }", true},
};

class MicroKernel : public testing::TestWithParam<std::tuple<Product, bool>> {
protected:
  fs::path folder;

  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "wasmind-kernel-XXXXXX").string();
    ASSERT_TRUE(mkdtemp(pattern.data()));
    folder = pattern;
  }
  void TearDown() override { fs::remove_all(folder); }

  CompileOptions options() const {
    CompileOptions options;
    options.relaxedSimd = std::get<1>(GetParam());
    options.dims["n"] = {1, 96};
    return options;
  }
  std::string compiled(Emit emit) const {
    CompileOptions wanted = options();
    wanted.emit = emit;
    std::ofstream(folder / "model.onnxtxt")
        << "<ir_version: 8, opset_import: [\"\" : 17]>\nm " << std::get<0>(GetParam()).model << "\n";
    if (std::string(std::get<0>(GetParam()).model).find("[n,") == std::string::npos)
      wanted.dims.clear();
    CompileResult result = compile((folder / "model.onnxtxt").string(), (folder / "out").string(), wanted);
    EXPECT_EQ(result.error, "");
    return readFile(folder / "out");
  }
  std::string disassembled() const {
    compiled(Emit::Object);
    std::string object = (folder / "out").string(), listing = (folder / "listing").string();
    std::optional<llvm::StringRef> redirects[] = {llvm::StringRef(""), llvm::StringRef(listing),
                                                  llvm::StringRef(listing)};
    llvm::sys::ExecuteAndWait(WASMIND_OBJDUMP, {"llvm-objdump", "-d", "--no-show-raw-insn", object}, std::nullopt,
                              redirects, /*SecondsToWait=*/60);
    return readFile(listing);
  }
};

TEST_P(MicroKernel, InnermostLoopIsTheTile) {
  auto [product, relaxed] = GetParam();
  const loops::Tile tile = loops::panelTile;
  const int64_t vectors = tile.columns / 4, products = tile.rows * vectors * tile.unroll;

  std::string listing = disassembled();
  std::vector<Loop> found = innermostLoops(listing);
  ASSERT_FALSE(found.empty()) << listing;
  auto multiplications = [&](const Loop &loop) {
    return product.isOfBytes ? loop.count({"i32x4.dot_i16x8_s"})
           : relaxed         ? loop.count({"f32x4.relaxed_madd", "<unknown>"})
                             : loop.count({"f32x4.mul"});
  };
  // Few rows have loops of their own, which load more.
  auto rank = [&](const Loop &loop) {
    return std::pair(multiplications(loop), -loop.count({"v128.load", "v128.load32_splat"}));
  };
  const Loop &loop =
      *std::max_element(found.begin(), found.end(), [&](const Loop &a, const Loop &b) { return rank(a) < rank(b); });
  const std::string text = loop.text();
  EXPECT_EQ(multiplications(loop), products) << text;
  EXPECT_EQ(loop.count({product.isOfBytes ? "i32x4.add" : "f32x4.add"}), relaxed && !product.isOfBytes ? 0 : products)
      << text;
  // Branches that are never taken cut the loop into blocks (PanelProduct.h): each tests an address, and would load
  // junk.
  const int64_t edges = llvm::count(loop.lines, "v128.load\t0:p2align=0");
  EXPECT_GE(edges, tile.unroll - 1) << text;
  // Each vector of B once; each element of A by a load of its own.
  EXPECT_LE(loop.count({"v128.load", "v128.load32_splat"}) - edges, (tile.rows + vectors) * tile.unroll) << text;
  EXPECT_GE(loop.count({"v128.load"}), vectors * tile.unroll) << text;
  EXPECT_EQ(loop.count({"v128.store", "f32.load", "f32.store", "i32.load", "i32.store", "call", "f32x4.splat",
                        "i32x4.splat", "f32x4.extract_lane", "f32x4.replace_lane", "f32.add", "f32.mul"}),
            0)
      << text;
  // Two pointers and a counter per iteration, and an address for each step after the first: the rest are offsets.
  EXPECT_LE(loop.count({"i32.add", "i32.sub", "i32.mul", "i32.shl", "i32.and"}) - edges, 3 + tile.unroll - 1) << text;
  // What the engine's register allocator makes of it: Registers.cpp.
  EXPECT_LE(tile.rows * vectors * tile.sums + vectors + 1, 16) << "the tile does not fit the registers";
}

/// The linker changes LLVM's options for the whole process.
TEST_P(MicroKernel, LinkingLeavesTheCompilerAsItWas) {
  std::string before = compiled(Emit::Object);
  compiled(Emit::Wasm);
  EXPECT_TRUE(compiled(Emit::Object) == before);
}

INSTANTIATE_TEST_SUITE_P(Products, MicroKernel, testing::Combine(testing::ValuesIn(products), testing::Bool()),
                         [](const auto &info) {
                           return std::string(std::get<0>(info.param).name) +
                                  (std::get<1>(info.param) ? "_relaxed" : "");
                         });

} // namespace
} // namespace wasmind
