// What the f32 6x8 matrix micro-kernel becomes: the instructions of its inner loop, its results, its speed.
#include "compiler/module/test/Emitting.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <gtest/gtest.h>

using namespace wasmind::module;
using namespace wasmind::module::test;

namespace {

// C[rows][8] = sum over k of A[k][rows] * B[k][8], both packed. Five i32 at 65536: repetitions, K and the addresses of
// A, B and C (constants would be propagated into the kernel). `run` calls the kernel as often as they say.
std::string gemm(int rows) {
  std::string text;
  llvm::raw_string_ostream out(text);
  auto type = "vector<4xf32>";
  out << "func.func @kernel(%K: i32, %A: !llvm.ptr, %B: !llvm.ptr, %C: !llvm.ptr) attributes {passthrough = "
         "[\"noinline\"]} {\n"
         "  %c0 = arith.constant 0 : i32\n  %c1 = arith.constant 1 : i32\n"
      << llvm::formatv("  %z = arith.constant dense<0.0> : {0}\n", type);
  int count = 2 * rows;
  auto list = [&](auto item) { return llvm::join(llvm::map_range(llvm::seq(count), item), ", "); };
  std::string types = list([&](int) { return std::string(type); });
  out << llvm::formatv("  %r:{0} = scf.for %k = %c0 to %K step %c1 iter_args(%a = %A, %b = %B, {1}) -> (!llvm.ptr, "
                       "!llvm.ptr, {2}) : i32 {{\n",
                       count + 2, list([](int n) { return llvm::formatv("%s{0} = %z", n).str(); }), types);
  out << "    %b4 = llvm.getelementptr %b[4] : (!llvm.ptr) -> !llvm.ptr, f32\n"
         "    %b_0 = llvm.load %b : !llvm.ptr -> vector<4xf32>\n    %b_1 = llvm.load %b4 : !llvm.ptr -> "
         "vector<4xf32>\n";
  for (int i = 0; i < rows; ++i) {
    out << llvm::formatv("    %p{0} = llvm.getelementptr %a[{0}] : (!llvm.ptr) -> !llvm.ptr, f32\n"
                         "    %e{0} = llvm.load %p{0} : !llvm.ptr -> f32\n"
                         "    %v{0} = vector.broadcast %e{0} : f32 to {1}\n",
                         i, type);
    for (int j = 0; j < 2; ++j)
      out << llvm::formatv("    %o{0} = vector.fma %v{1}, %b_{2}, %s{0} : {3}\n", 2 * i + j, i, j, type);
  }
  out << llvm::formatv("    %a_next = llvm.getelementptr %a[{2}] : (!llvm.ptr) -> !llvm.ptr, f32\n"
                       "    %b_next = llvm.getelementptr %b[8] : (!llvm.ptr) -> !llvm.ptr, f32\n"
                       "    scf.yield %a_next, %b_next, {0} : !llvm.ptr, !llvm.ptr, {1}\n  }\n",
                       list([](int n) { return llvm::formatv("%o{0}", n).str(); }), types, rows);
  for (int n = 0; n < count; ++n)
    out << llvm::formatv("  %q{0} = llvm.getelementptr %C[{1}] : (!llvm.ptr) -> !llvm.ptr, f32\n"
                         "  llvm.store %r#{3}, %q{0} : {2}, !llvm.ptr\n",
                         n, 4 * n, type, n + 2);
  out << "  return\n}\n";
  out << R"(func.func @run() -> i32 attributes {wasmind.export = "run"} {
  %c0 = arith.constant 0 : i32
  %c1 = arith.constant 1 : i32
  %table = arith.constant 65536 : i32
  %t = llvm.inttoptr %table : i32 to !llvm.ptr
  %t1 = llvm.getelementptr %t[1] : (!llvm.ptr) -> !llvm.ptr, i32
  %t2 = llvm.getelementptr %t[2] : (!llvm.ptr) -> !llvm.ptr, i32
  %t3 = llvm.getelementptr %t[3] : (!llvm.ptr) -> !llvm.ptr, i32
  %t4 = llvm.getelementptr %t[4] : (!llvm.ptr) -> !llvm.ptr, i32
  %times = llvm.load %t : !llvm.ptr -> i32
  %K = llvm.load %t1 : !llvm.ptr -> i32
  %A = llvm.load %t2 : !llvm.ptr -> !llvm.ptr
  %B = llvm.load %t3 : !llvm.ptr -> !llvm.ptr
  %C = llvm.load %t4 : !llvm.ptr -> !llvm.ptr
  scf.for %i = %c0 to %times step %c1 : i32 {
    func.call @kernel(%K, %A, %B, %C) : (i32, !llvm.ptr, !llvm.ptr, !llvm.ptr) -> ()
  }
  return %c0 : i32
}
)";
  return text;
}

/// Disassembly of the loop of the function `kernel`, one instruction per line.
llvm::SmallVector<std::string> innerLoop(llvm::StringRef text, bool relaxed) {
  ModuleText module(text);
  llvm::Error error = lowerToLLVM(module.get());
  EXPECT_FALSE(bool(error)) << llvm::toString(std::move(error));
  auto object = emitObject(module.get(), {relaxed, 2});
  EXPECT_TRUE(bool(object));
  std::string listing = disassemble(*object);
  llvm::StringRef function = listing;
  function = function.split("<kernel>:").second.split("<run>:").first;
  llvm::StringRef loop = function.split("\tloop").second.split("\tbr_if").first;
  llvm::SmallVector<llvm::StringRef> lines;
  loop.split(lines, '\n');
  llvm::SmallVector<std::string> instructions;
  for (llvm::StringRef line : llvm::drop_begin(lines)) {
    llvm::StringRef instruction = line.split('\t').second.trim();
    if (!instruction.empty())
      instructions.push_back(instruction.str());
  }
  return instructions;
}

int countOf(llvm::ArrayRef<std::string> loop, llvm::StringRef prefix) {
  return llvm::count_if(loop, [&](llvm::StringRef line) { return line.starts_with(prefix); });
}

TEST(MicroKernel, AddressesAreOffsets) {
  auto loop = innerLoop(gemm(6), /*relaxed=*/false);
  std::string text = llvm::join(loop, "\n");
  EXPECT_EQ(countOf(loop, "f32x4.mul"), 12) << text;
  EXPECT_EQ(countOf(loop, "f32x4.add"), 12) << text;
  EXPECT_EQ(countOf(loop, "v128.load32_splat"), 6) << text;
  EXPECT_EQ(countOf(loop, "v128.load\t"), 2) << text;
  // Two pointers and a counter per step, nothing per load.
  EXPECT_LE(countOf(loop, "i32."), 7) << text;
}

TEST(MicroKernel, RelaxedIsTwelveFusedInstructions) {
  auto loop = innerLoop(gemm(6), /*relaxed=*/true);
  std::string text = llvm::join(loop, "\n");
  EXPECT_EQ(countOf(loop, "f32x4.relaxed_madd") + countOf(loop, "<unknown>"), 12) << text;
  EXPECT_EQ(countOf(loop, "f32x4."), countOf(loop, "f32x4.relaxed_madd")) << text;
  EXPECT_LE(countOf(loop, "i32."), 7) << text;
}

TEST(MicroKernel, LinkingLeavesTheCompilerAsItWas) {
  auto before = innerLoop(gemm(6), /*relaxed=*/true);
  auto emitted = emit(gemm(6), {}, {}, 64);
  ASSERT_TRUE(bool(emitted)) << llvm::toString(emitted.takeError());
  EXPECT_EQ(innerLoop(gemm(6), /*relaxed=*/true), before);
}

TEST(MicroKernel, Computes) {
  for (bool relaxed : {false, true}) {
    auto emitted = emit(gemm(6), {relaxed, 2}, {}, 64);
    ASSERT_TRUE(bool(emitted)) << llvm::toString(emitted.takeError());
    std::string printed = onNode(*emitted, R"(
      const A = 1 << 18, B = 2 << 18, C = 3 << 18, K = 256;
      for (let i = 0; i < K * 6; i++) f[A + i] = Math.sin(i);
      for (let i = 0; i < K * 8; i++) f[B + i] = Math.cos(i);
      const table = new Int32Array(e.memory.buffer, 65536, 5);
      table.set([1, K, 4 * A, 4 * B, 4 * C]);
      e.run();
      let error = 0;
      for (let i = 0; i < 6; i++) for (let j = 0; j < 8; j++) {
        let sum = 0;
        for (let k = 0; k < K; k++) sum += f[A + k * 6 + i] * f[B + k * 8 + j];
        error = Math.max(error, Math.abs(sum - f[C + i * 8 + j]));
      }
      print(error < 1e-4 ? 'close' : error);
      let best = 0;
      for (let round = 0; round < 20; round++) {
        table[0] = 2000; const t = performance.now(); e.run();
        best = Math.max(best, 2 * 6 * 8 * K * 2000 / (performance.now() - t) / 1e6);
      }
      print(best.toFixed(1), 'GFLOP/s');
    )");
    if (relaxed && llvm::StringRef(printed).contains("CompileError"))
      GTEST_SKIP() << "this Node has no relaxed SIMD";
    EXPECT_TRUE(llvm::StringRef(printed).starts_with("close\n")) << printed;
    RecordProperty(relaxed ? "relaxed" : "strict", printed);
    if (std::getenv("WASMIND_PRINT_SPEED"))
      llvm::outs() << (relaxed ? "relaxed " : "strict ") << printed << "\n";
  }
}

} // namespace
