// Small modules, emitted and run on Node.
#include "compiler/module/test/Emitting.h"
#include "llvm/Support/raw_ostream.h"
#include <gtest/gtest.h>
#include <thread>

using namespace wasmind::module;
using namespace wasmind::module::test;

namespace {

#define ASSERT_EMITTED(emitted) ASSERT_TRUE(bool(emitted)) << llvm::toString(emitted.takeError())

// y[i] = x[i] + w[i] for 37 elements: a vector loop and a scalar tail; x at 131072, w at 65536, y at 196608.
const char vectorAdd[] = R"(
func.func @run() -> i32 attributes {wasmind.export = "run"} {
  %c0 = arith.constant 0 : i32
  %c1 = arith.constant 1 : i32
  %c4 = arith.constant 4 : i32
  %c36 = arith.constant 36 : i32
  %c37 = arith.constant 37 : i32
  %wa = arith.constant 65536 : i32
  %xa = arith.constant 131072 : i32
  %ya = arith.constant 196608 : i32
  %w = llvm.inttoptr %wa : i32 to !llvm.ptr
  %x = llvm.inttoptr %xa : i32 to !llvm.ptr
  %y = llvm.inttoptr %ya : i32 to !llvm.ptr
  scf.for %i = %c0 to %c36 step %c4 : i32 {
    %pw = llvm.getelementptr %w[%i] : (!llvm.ptr, i32) -> !llvm.ptr, f32
    %px = llvm.getelementptr %x[%i] : (!llvm.ptr, i32) -> !llvm.ptr, f32
    %py = llvm.getelementptr %y[%i] : (!llvm.ptr, i32) -> !llvm.ptr, f32
    %vw = llvm.load %pw : !llvm.ptr -> vector<4xf32>
    %vx = llvm.load %px : !llvm.ptr -> vector<4xf32>
    %s = arith.addf %vw, %vx : vector<4xf32>
    llvm.store %s, %py : vector<4xf32>, !llvm.ptr
  }
  scf.for %i = %c36 to %c37 step %c1 : i32 {
    %pw = llvm.getelementptr %w[%i] : (!llvm.ptr, i32) -> !llvm.ptr, f32
    %px = llvm.getelementptr %x[%i] : (!llvm.ptr, i32) -> !llvm.ptr, f32
    %py = llvm.getelementptr %y[%i] : (!llvm.ptr, i32) -> !llvm.ptr, f32
    %vw = llvm.load %pw : !llvm.ptr -> f32
    %vx = llvm.load %px : !llvm.ptr -> f32
    %s = arith.addf %vw, %vx : f32
    llvm.store %s, %py : f32, !llvm.ptr
  }
  return %c0 : i32
}
)";

TEST(Module, AddsWeightsFromADataSegment) {
  std::vector<float> weights(37);
  for (int i = 0; i < 37; ++i)
    weights[i] = 100.0f * i;
  DataSegment data[] = {{65536, llvm::ArrayRef<char>(reinterpret_cast<const char *>(weights.data()), 37 * 4)}};
  auto emitted = emit(vectorAdd, {}, data);
  ASSERT_EMITTED(emitted);
  EXPECT_EQ(emitted->byteLength(), emitted->codeByteLength() + 37 * 4);
  EXPECT_EQ(onNode(*emitted, R"(
    for (let i = 0; i < 37; i++) f[131072 / 4 + i] = i + 0.5;
    print(e.run(), f.subarray(196608 / 4, 196608 / 4 + 38).every((v, i) => v === (i < 37 ? 101 * i + 0.5 : 0)));
    print(WebAssembly.Module.imports(wasm).length, WebAssembly.Module.exports(wasm).map(x => x.name).sort().join());
    print(e.wasmind_abi_version(), bytes[e.wasmind_error()], e.memory.buffer.byteLength / 65536);
    print(Buffer.from(WebAssembly.Module.customSections(wasm, 'wasmind')[0]).toString());
    try { e.memory.grow(1); print('grew'); } catch { print('fixed'); }
  )"),
            "0 true\n0 memory,run,wasmind_abi_version,wasmind_error\n1 0 4\n" +
                wasmind::abi::writeSignature(runSignature()) + "\nfixed");
}

TEST(Module, SignatureStandsFirst) {
  auto emitted = emit(vectorAdd);
  ASSERT_EMITTED(emitted);
  auto bytes = emitted->bytes();
  llvm::StringRef text(bytes.data(), bytes.size());
  EXPECT_TRUE(text.drop_front(8).starts_with(llvm::StringRef("\0", 1)));
  EXPECT_LT(text.find(wasmind::abi::writeSignature(runSignature())), 30u);
  for (llvm::StringRef left : {"producers", "target_features", "__heap_base", "__stack_pointer"})
    EXPECT_EQ(text.find(left), llvm::StringRef::npos) << left.str();
}

TEST(Module, SignsWhatItMeasured) {
  ModuleText module(vectorAdd);
  wasmind::abi::Signature signature = runSignature();
  signature.kernels.emplace_back().name = "run";
  auto emitted = emitModule({module.get(), {}, signature}, {});
  ASSERT_EMITTED(emitted);
  auto text = onNode(*emitted, "print(Buffer.from(WebAssembly.Module.customSections(wasm, 'wasmind')[0]).toString());");
  auto signedAs = wasmind::abi::parseSignature(text);
  ASSERT_TRUE(bool(signedAs)) << text;
  // Nine vectors and one element.
  EXPECT_GT(signedAs->kernels.at(0).vectorisedShare, 0.5);
  EXPECT_LT(signedAs->kernels.at(0).vectorisedShare, 1);
}

TEST(Module, EveryLevelComputesTheSame) {
  for (int level : {0, 1, 2, 3}) {
    auto emitted = emit(vectorAdd, {false, level});
    ASSERT_EMITTED(emitted);
    EXPECT_EQ(onNode(*emitted, "f.fill(1, 65536 / 4); f.fill(0, 196608 / 4); e.run(); "
                               "print(f.subarray(196608 / 4).reduce((x, y) => x + y));"),
              "74")
        << level;
  }
}

// Two entries that call one kernel; the second one's name is no symbol of the source.
const char twoEntries[] = R"(
func.func @kernel(%p: !llvm.ptr, %x: i32) attributes {passthrough = ["noinline"]} {
  llvm.store %x, %p : i32, !llvm.ptr
  return
}
func.func @first() -> i32 attributes {wasmind.export = "run"} {
  %x = arith.constant 1 : i32
  %a = arith.constant 65536 : i32
  %p = llvm.inttoptr %a : i32 to !llvm.ptr
  func.call @kernel(%p, %x) : (!llvm.ptr, i32) -> ()
  return %x : i32
}
func.func @second() -> i32 attributes {wasmind.export = "other entry"} {
  %x = arith.constant 2 : i32
  %a = arith.constant 65540 : i32
  %p = llvm.inttoptr %a : i32 to !llvm.ptr
  func.call @kernel(%p, %x) : (!llvm.ptr, i32) -> ()
  return %x : i32
}
)";

TEST(Module, ExportsUnderTheNamesGiven) {
  auto emitted = emit(twoEntries);
  ASSERT_EMITTED(emitted);
  EXPECT_EQ(onNode(*emitted, "print(Object.keys(e).sort().join(), e.run(), e['other entry'](), bytes[65536], "
                             "bytes[65540]);"),
            "memory,other entry,run,wasmind_abi_version,wasmind_error 1 2 1 2");
}

TEST(Module, NoinlineKernelsStayFunctions) {
  ModuleText module(twoEntries);
  ASSERT_FALSE(bool(lowerToLLVM(module.get())));
  auto object = emitObject(module.get(), {});
  ASSERT_TRUE(bool(object));
  EXPECT_EQ(llvm::StringRef(disassemble(*object)).count("\tcall"), 2u);
}

TEST(Module, KeepsItsOwnErrorText) {
  auto emitted = emit(R"(
llvm.mlir.global internal constant @text("no\00")
func.func @wasmind_error() -> i32 attributes {wasmind.export = "wasmind_error"} {
  %a = llvm.mlir.addressof @text : !llvm.ptr
  %i = llvm.ptrtoint %a : !llvm.ptr to i32
  return %i : i32
}
func.func @run() -> i32 attributes {wasmind.export = "run"} {
  %c = arith.constant 3 : i32
  return %c : i32
})");
  ASSERT_EMITTED(emitted);
  EXPECT_EQ(onNode(*emitted,
                   "const t = e.wasmind_error(); print(e.run(), Buffer.from(bytes.slice(t, t + 2)).toString(), "
                   "bytes[t + 2], t < 65536);"),
            "3 no 0 true");
}

TEST(Module, StreamsWeights) {
  // 96 MB in two segments, the addresses above 2^31: the image refers to them, and says so in signed numbers.
  constexpr uint32_t low = 2200u << 20, pages = 40000;
  std::vector<char> weights(48 << 20, 7);
  DataSegment data[] = {{low + (64u << 20), weights}, {low, weights}};
  auto emitted = emit(twoEntries, {}, data, pages);
  ASSERT_EMITTED(emitted);
  EXPECT_LT(emitted->codeByteLength(), 2000u);
  EXPECT_EQ(emitted->byteLength(), emitted->codeByteLength() + 2 * weights.size());
  EXPECT_EQ(onNode(*emitted, "print(bytes[2306867200 - 1], bytes[2306867200], bytes[2306867200 + 50331647], "
                             "bytes[2306867200 + 50331648], bytes[2306867200 + 67108864], e.run());"),
            "0 7 7 0 7 1");
}

TEST(Module, ThreadsCompileAtOnce) {
  std::vector<std::string> results(4);
  std::vector<std::thread> threads;
  for (std::string &result : results)
    threads.emplace_back([&result] {
      for (int i = 0; i < 5; ++i) {
        auto emitted = emit(vectorAdd);
        auto bytes = emitted ? emitted->bytes() : llvm::SmallVector<char, 0>();
        result.assign(bytes.begin(), bytes.end());
        if (!emitted)
          llvm::consumeError(emitted.takeError());
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  for (const std::string &result : results)
    EXPECT_TRUE(!result.empty() && result == results.front());
}

} // namespace
