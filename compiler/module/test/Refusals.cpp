// What the stage refuses, and with which words.
#include "abi/Signature.h"
#include "compiler/module/Link.h"
#include "compiler/module/test/Emitting.h"
#include "llvm/Support/FormatVariadic.h"
#include <gtest/gtest.h>

using namespace wasmind::module;
using namespace wasmind::module::test;

namespace {

/// `run` with this body, which may use %zero : i32 and %p : !llvm.ptr.
std::string runWith(llvm::StringRef body, llvm::StringRef others = "") {
  return llvm::formatv(R"({0}
func.func @run() -> i32 attributes {{wasmind.export = "run"} {{
  %zero = arith.constant 0 : i32
  %a = arith.constant 65536 : i32
  %p = llvm.inttoptr %a : i32 to !llvm.ptr
  {1}
  return %zero : i32
})",
                       others, body)
      .str();
}

void expectError(llvm::StringRef error, llvm::StringRef part) {
  EXPECT_TRUE(error.contains(part)) << error.str() << "\n does not contain\n" << part.str();
}

TEST(Refusals, LibraryCallsByName) {
  expectError(emissionError(runWith("%v = llvm.load %p : !llvm.ptr -> f32\n %e = math.exp %v : f32\n"
                                    "llvm.store %e, %p : f32, !llvm.ptr\n"
                                    "%d = llvm.load %p : !llvm.ptr -> f64\n %t = math.tanh %d : f64\n"
                                    "llvm.store %t, %p : f64, !llvm.ptr\n")),
              "import 'expf', 'tanh'");
}

TEST(Refusals, FunctionsWithoutBody) {
  expectError(emissionError(runWith("func.call @host(%zero) : (i32) -> ()", "func.func private @host(i32)")),
              "import 'host'");
}

TEST(Refusals, OperationsItDoesNotLowerByName) {
  expectError(emissionError(runWith("", "func.func @other(%v: vector<2x2xf32>) -> vector<2x2xf32> {\n"
                                        "%t = vector.transpose %v, [1, 0] : vector<2x2xf32> to vector<2x2xf32>\n"
                                        "return %t : vector<2x2xf32> }")),
              "vector.transpose");
}

TEST(Refusals, DataOutsideTheMemory) {
  char bytes[16] = {};
  std::string text = runWith("");
  DataSegment below[] = {{65535, bytes}};
  expectError(emissionError(text, below), "data segment [65535, 65551) is not in the free part [65536, 262144)");
  DataSegment beyond[] = {{262144 - 15, bytes}};
  expectError(emissionError(text, beyond), "data segment [262129, 262145) is not in the free part");
  DataSegment overlapping[] = {{70000, bytes}, {70015, bytes}};
  expectError(emissionError(text, overlapping), "data segment [70015, 70031) is not in the free part [70016, 262144)");
}

TEST(Refusals, Entries) {
  expectError(emissionError("func.func @run() -> i32 { %c = arith.constant 0 : i32 return %c : i32 }"),
              "does not export the function 'run'");
  expectError(emissionError("func.func @run() attributes {wasmind.export = \"run\"} { return }"),
              "'run' is not () -> i32");
  expectError(emissionError(runWith("", "func.func @other() attributes {wasmind.export = \"\"} { return }")),
              "needs a non-empty string as 'wasmind.export'");
  expectError(emissionError(runWith("", "func.func @other() attributes {wasmind.export = \"run\"} { return }")),
              "'run' is exported twice");
  expectError(emissionError(runWith("", "func.func @other() attributes {wasmind.export = \"memory\"} { return }")),
              "'memory' is exported twice");
}

TEST(Refusals, ConstantsBeyondTheReservedPart) {
  expectError(
      emissionError(runWith(R"(
    %g = llvm.mlir.addressof @table : !llvm.ptr
    %q = llvm.getelementptr %g[%zero] : (!llvm.ptr, i32) -> !llvm.ptr, i8
    %i = llvm.ptrtoint %q : !llvm.ptr to i32
    llvm.store %i, %p : i32, !llvm.ptr)",
                            "llvm.mlir.global external @table() : !llvm.array<60000 x i8> { %z = llvm.mlir.zero : "
                            "!llvm.array<60000 x i8>\n llvm.return %z : !llvm.array<60000 x i8> }")),
      "beyond the 65536 bytes reserved");
}

/// The error of emitting a plain `run` with this signature.
std::string signatureError(const wasmind::abi::Signature &signature, Options options = {}) {
  std::string text = runWith("");
  ModuleText module(text);
  auto emitted = emitModule({module.get(), {}, signature}, options);
  EXPECT_FALSE(bool(emitted));
  return emitted ? "" : llvm::toString(emitted.takeError());
}

TEST(Refusals, SignatureThatDoesNotFit) {
  expectError(signatureError({}), "the signature is refused: ");
  expectError(signatureError(runSignature(0)), "the signature is refused: memory.pages: 0 is not within 1..65536");
  expectError(signatureError(runSignature(70000)),
              "the signature is refused: memory.pages: 70000 is not within 1..65536");
  expectError(signatureError(runSignature(4), {true, 2}), "does not list the feature 'relaxed-simd'");
}

TEST(Refusals, BrokenImages) {
  auto emitted = emit(runWith(""));
  ASSERT_TRUE(bool(emitted));
  auto bytes = emitted->bytes();
  const std::string signature = wasmind::abi::writeSignature(runSignature());
  Expectations expected{{"run"}, signature, 4};
  EXPECT_FALSE(bool(verifyModule(bytes, bytes.size(), expected)));
  auto refuses = [&](llvm::ArrayRef<char> image, const Expectations &what, llvm::StringRef part) {
    expectError(llvm::toString(verifyModule(image, image.size(), what)), part);
  };
  refuses(bytes, {{"walk"}, signature, 4}, "does not export the function 'walk'");
  refuses(bytes, {{"run"}, signature, 3}, "its memory is not one of exactly 3 pages");
  refuses(bytes, {{"run"}, wasmind::abi::writeSignature(runSignature(3)), 4}, "its signature is not the one given");
  refuses({}, expected, "no wasm header");
  expectError(llvm::toString(verifyModule(bytes, bytes.size() - 1, expected)), "a length smaller");
  expectError(llvm::toString(verifyModule(bytes, bytes.size() + 1, expected)), "between two sections");
  // Any prefix and any changed byte: an answer, never a crash (the sanitizer build watches).
  for (size_t length = 0; length < bytes.size(); ++length)
    llvm::consumeError(verifyModule(llvm::ArrayRef<char>(bytes).take_front(length), length, expected));
  for (size_t at = 0; at < bytes.size(); ++at)
    for (int value : {0, 1, 0x7f, 0x80, 0xff}) {
      auto changed = bytes;
      changed[at] = char(value);
      llvm::consumeError(verifyModule(changed, changed.size(), expected));
    }
}

TEST(Refusals, GarbageInsteadOfAnObject) {
  char garbage[] = "not an object";
  auto emitted = linkModule(llvm::ArrayRef<char>(garbage), {{}, {}, runSignature()});
  ASSERT_FALSE(bool(emitted));
  expectError(llvm::toString(emitted.takeError()), "linking failed: unknown file type: module.o");
}

} // namespace

TEST(Refusals, WhatHostsRefuseToCompile) {
  auto emitted = emit(runWith(""));
  ASSERT_TRUE(bool(emitted));
  const auto bytes = emitted->bytes();
  auto sections = readSections(bytes, bytes.size());
  ASSERT_TRUE(bool(sections));
  const wasmind::abi::Signature signature = runSignature();
  EXPECT_FALSE(bool(verifyRules(*sections, signature)));
  Section &code = *llvm::find_if(*sections, [](const Section &section) { return section.id == Code; });
  const uint32_t functionCount = Reader(code.payload).unsigned32();
  llvm::SmallVector<char, 0> large;
  appendUnsigned(large, functionCount);
  for (uint32_t index = 0; index < functionCount; ++index) {
    const uint32_t byteLength = index == 1 ? 131'073 : 3;
    appendUnsigned(large, byteLength);
    large.push_back(0);              // no locals
    large.append(byteLength - 2, 1); // nop
    large.push_back(0x0b);           // end
  }
  code.payload = large;
  expectError(llvm::toString(verifyRules(*sections, signature)),
              "hosts would refuse the module: function 1 has 131073 bytes of code");
}
