// What the register allocator of Cranelift makes of the innermost loop of matrix products (PanelProduct.h).
#include "compiler/Compile.h"
#include "compiler/loops/Tiles.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Program.h"
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <sstream>
#include <wasmtime.h>

namespace wasmind {
namespace {

namespace fs = std::filesystem;

struct Instruction {
  uint64_t address;
  std::string mnemonic, operands;
};

std::string readFile(const fs::path &path) {
  std::stringstream content;
  content << std::ifstream(path, std::ios::binary).rdbuf();
  return content.str();
}

/// The machine code that wasmtime compiles a module to, as an ELF file.
std::string machineCode(const std::string &module) {
  std::string code;
  wasm_engine_t *engine = wasm_engine_new();
  wasmtime_module_t *compiled = nullptr;
  wasmtime_error_t *error =
      wasmtime_module_new(engine, reinterpret_cast<const uint8_t *>(module.data()), module.size(), &compiled);
  if (!error) {
    wasm_byte_vec_t bytes;
    error = wasmtime_module_serialize(compiled, &bytes);
    if (!error) {
      code.assign(bytes.data, bytes.size);
      wasm_byte_vec_delete(&bytes);
    }
    wasmtime_module_delete(compiled);
  }
  if (error)
    wasmtime_error_delete(error);
  wasm_engine_delete(engine);
  return code;
}

/// Functions of an ELF file by name.
std::map<std::string, std::vector<Instruction>> disassemble(const fs::path &file, const fs::path &listing) {
  std::string path = file.string(), out = listing.string();
  std::optional<llvm::StringRef> redirects[] = {llvm::StringRef(""), llvm::StringRef(out), llvm::StringRef(out)};
  llvm::sys::ExecuteAndWait(WASMIND_OBJDUMP, {"llvm-objdump", "-d", "--no-show-raw-insn", path}, std::nullopt,
                            redirects, /*SecondsToWait=*/60);
  std::map<std::string, std::vector<Instruction>> functions;
  std::vector<Instruction> *current = nullptr;
  std::string text = readFile(listing);
  llvm::SmallVector<llvm::StringRef> lines;
  llvm::StringRef(text).split(lines, '\n');
  for (llvm::StringRef line : lines) {
    if (line.ends_with(">:")) {
      current = &functions[line.split('<').second.str()];
      continue;
    }
    auto [address, rest] = line.trim().split(':');
    Instruction instruction;
    if (!current || address.getAsInteger(16, instruction.address))
      continue;
    auto [mnemonic, operands] = rest.trim().split('\t');
    instruction.mnemonic = mnemonic.trim();
    instruction.operands = operands.trim();
    current->push_back(instruction);
  }
  return functions;
}

/// From the first to the last product of the loop, in the order of execution: edges are never taken, so a `je` after
/// their `test` always jumps.
std::vector<Instruction> hotPath(const std::vector<Instruction> &function, llvm::StringRef product, size_t products) {
  std::map<uint64_t, size_t> at;
  std::vector<size_t> places;
  for (size_t i = 0; i < function.size(); ++i) {
    at[function[i].address] = i;
    if (llvm::StringRef(function[i].mnemonic).starts_with(product))
      places.push_back(i);
  }
  std::vector<Instruction> path;
  if (places.size() < products)
    return path;
  for (size_t i = places.front(); i <= places[products - 1]; ++i) {
    path.push_back(function[i]);
    uint64_t target;
    bool isEdge = function[i].mnemonic == "je" && i && llvm::StringRef(function[i - 1].mnemonic).starts_with("test");
    if (isEdge && !llvm::StringRef(function[i].operands).split(' ').first.getAsInteger(0, target) && at.count(target))
      i = at[target] - 1;
  }
  return path;
}

class Registers : public testing::TestWithParam<bool> {};

TEST_P(Registers, FewSumsLeaveThem) {
#ifndef __x86_64__
  GTEST_SKIP() << "reads the machine code of x86-64, whose sixteen vector registers are the scarce ones";
#endif
  std::string pattern = (fs::temp_directory_path() / "wasmind-registers-XXXXXX").string();
  ASSERT_TRUE(mkdtemp(pattern.data()));
  const fs::path folder = pattern;
  std::ofstream(folder / "model.onnxtxt")
      << "<ir_version: 8, opset_import: [\"\" : 17]>\nm (float[100,64] a, float[64,32] b) => (float[100,32] y) { y = "
         "MatMul (a, b) }\n";
  CompileOptions options;
  options.relaxedSimd = GetParam();
  CompileResult result = compile((folder / "model.onnxtxt").string(), (folder / "model.wasm").string(), options);
  ASSERT_EQ(result.error, "");
  std::string code = machineCode(readFile(folder / "model.wasm"));
  ASSERT_FALSE(code.empty());
  std::ofstream(folder / "model.elf", std::ios::binary) << code;
  const llvm::StringRef product = GetParam() ? "vfmadd" : "vmulps";
  constexpr auto tile = loops::panelTile;
  constexpr size_t products = tile.rows * tile.columns / 4 * tile.unroll;
  std::vector<Instruction> path;
  for (auto &[name, function] : disassemble(folder / "model.elf", folder / "listing"))
    if (auto found = hotPath(function, product, products); path.empty() || found.size() > path.size())
      path = found;
  fs::remove_all(folder);
  ASSERT_FALSE(path.empty()) << "no function has the products of a tile (does this processor have no FMA?)";
  size_t onStack = 0;
  std::string text;
  for (const Instruction &each : path) {
    onStack += llvm::StringRef(each.operands).contains("rsp");
    text += each.mnemonic + "\t" + each.operands + "\n";
  }
  RecordProperty("stack", int(onStack));
  RecordProperty("instructions", int(path.size()));
  // Of some 110 instructions for 40 products. A tile whose sums spill in each step has forty and more, and half the
  // speed.
  EXPECT_LE(onStack, 10u) << text;
  EXPECT_LE(path.size(), GetParam() ? 125u : 165u) << text;
}

INSTANTIATE_TEST_SUITE_P(Builds, Registers, testing::Bool(),
                         [](const auto &info) { return info.param ? "relaxed" : "strict"; });

} // namespace
} // namespace wasmind
