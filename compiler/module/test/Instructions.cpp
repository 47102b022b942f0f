// Operations that must come out as plain instructions: never a library call, and with the documented results.
#include "compiler/module/test/Emitting.h"
#include "llvm/Support/FormatVariadic.h"
#include <gtest/gtest.h>

using namespace wasmind::module;
using namespace wasmind::module::test;

namespace {

/// A module whose `run` loads `count` floats each from 65536 (%a), 66560 (%b) and 67584 (%c), executes `body` and
/// stores %r of type `result` at 68608.
std::string onVectors(int count, llvm::StringRef body, llvm::StringRef result) {
  std::string type = count == 1 ? "f32" : llvm::formatv("vector<{0}xf32>", count).str();
  return llvm::formatv(R"(
func.func @run() -> i32 attributes {{wasmind.export = "run"} {{
  %zero = arith.constant 0 : i32
  %ia = arith.constant 65536 : i32
  %pa = llvm.inttoptr %ia : i32 to !llvm.ptr
  %pb = llvm.getelementptr %pa[1024] : (!llvm.ptr) -> !llvm.ptr, i8
  %pc = llvm.getelementptr %pa[2048] : (!llvm.ptr) -> !llvm.ptr, i8
  %pr = llvm.getelementptr %pa[3072] : (!llvm.ptr) -> !llvm.ptr, i8
  %a = llvm.load %pa : !llvm.ptr -> {0}
  %b = llvm.load %pb : !llvm.ptr -> {0}
  %c = llvm.load %pc : !llvm.ptr -> {0}
  {1}
  llvm.store %r, %pr : {2}, !llvm.ptr
  return %zero : i32
})",
                       type, body, result)
      .str();
}

/// Disassembly of `run`.
std::string instructionsOf(llvm::StringRef text, const Options &options = {}) {
  ModuleText module(text);
  llvm::Error error = lowerToLLVM(module.get());
  EXPECT_FALSE(bool(error)) << llvm::toString(std::move(error));
  auto object = emitObject(module.get(), options);
  EXPECT_TRUE(bool(object));
  return disassemble(*object);
}

unsigned countIn(llvm::StringRef text, llvm::StringRef what) { return text.count(what); }

/// What Node prints for `script` after `run`, with the inputs of `onVectors` set by `inputs`.
std::string result(llvm::StringRef text, llvm::StringRef script) {
  auto emitted = emit(text);
  if (!emitted)
    return llvm::toString(emitted.takeError());
  return onNode(*emitted, ("const a = new Float32Array(e.memory.buffer, 65536, 64), b = new "
                           "Float32Array(e.memory.buffer, 66560, 64), c = new Float32Array(e.memory.buffer, 67584, "
                           "64), r = new Float32Array(e.memory.buffer, 68608, 64);\n" +
                           script)
                              .str());
}

TEST(Instructions, MathIsOneInstructionEach) {
  for (auto [operation, instruction] : {std::pair("sqrt", "f32x4.sqrt"),
                                        {"absf", "f32x4.abs"},
                                        {"floor", "f32x4.floor"},
                                        {"ceil", "f32x4.ceil"},
                                        {"trunc", "f32x4.trunc"},
                                        {"roundeven", "f32x4.nearest"}}) {
    std::string body = llvm::formatv("%r = math.{0} %a : vector<8xf32>", operation).str();
    std::string text = instructionsOf(onVectors(8, body, "vector<8xf32>"));
    EXPECT_EQ(countIn(text, instruction), 2u) << operation << text;
    EXPECT_EQ(countIn(text, "call"), 0u) << operation << text;
    body = llvm::formatv("%r = math.{0} %a : f32", operation).str();
    EXPECT_EQ(countIn(instructionsOf(onVectors(1, body, "f32")), "call"), 0u) << operation;
  }
  std::string text = instructionsOf(onVectors(4, "%r = math.copysign %a, %b : vector<4xf32>", "vector<4xf32>"));
  EXPECT_EQ(countIn(text, "call"), 0u) << text;
}

TEST(Instructions, MaxnumIsOneSelect) {
  std::string text = instructionsOf(onVectors(4,
                                              "%m = arith.maxnumf %a, %b : vector<4xf32>\n"
                                              "%r = arith.minnumf %m, %c : vector<4xf32>",
                                              "vector<4xf32>"));
  EXPECT_EQ(countIn(text, "f32x4.pmax"), 1u) << text;
  EXPECT_EQ(countIn(text, "f32x4.pmin"), 1u) << text;
}

TEST(Instructions, ReluIsOneSelectAndKeepsNaN) {
  std::string relu = onVectors(4,
                               "%z = arith.constant dense<0.0> : vector<4xf32>\n"
                               "%r = arith.maxnumf %a, %z : vector<4xf32>",
                               "vector<4xf32>");
  EXPECT_EQ(countIn(instructionsOf(relu), "f32x4.pmax"), 1u);
  std::string wide = onVectors(16,
                               "%z = arith.constant dense<0.0> : vector<16xf32>\n"
                               "%six = arith.constant dense<6.0> : vector<16xf32>\n"
                               "%m = arith.maxnumf %a, %z : vector<16xf32>\n"
                               "%r = arith.minnumf %m, %six : vector<16xf32>",
                               "vector<16xf32>");
  std::string listing = instructionsOf(wide);
  EXPECT_EQ(countIn(listing, "f32x4.pmax"), 4u) << listing;
  EXPECT_EQ(countIn(listing, "f32x4.pmin"), 4u) << listing;
  EXPECT_EQ(countIn(listing, "shuffle"), 0u) << listing;
  EXPECT_EQ(result(relu, "a.set([-1, 2, NaN, -0]); e.run(); print(r.slice(0, 4).join());"), "0,2,NaN,0");
}

TEST(Instructions, MaxnumTakesTheFirstWhenTheSecondIsNaN) {
  for (int count : {1, 4}) {
    std::string type = count == 1 ? "f32" : "vector<4xf32>";
    EXPECT_EQ(result(onVectors(count, "%r = arith.maxnumf %a, %b : " + type, type),
                     "a[0] = 3; b[0] = NaN; e.run(); print(r[0]); a[0] = NaN; b[0] = 3; e.run(); print(r[0]);"
                     "a[0] = 1; b[0] = 2; e.run(); print(r[0]);"),
              "3\nNaN\n2");
    EXPECT_EQ(result(onVectors(count, "%r = arith.minnumf %a, %b : " + type, type),
                     "a[0] = 3; b[0] = NaN; e.run(); print(r[0]); a[0] = NaN; b[0] = 3; e.run(); print(r[0]);"
                     "a[0] = 1; b[0] = 2; e.run(); print(r[0]);"),
              "3\nNaN\n1");
    EXPECT_EQ(result(onVectors(count, "%r = arith.maximumf %a, %b : " + type, type),
                     "a[0] = 3; b[0] = NaN; e.run(); print(r[0]); a[0] = NaN; b[0] = 3; e.run(); print(r[0]);"),
              "NaN\nNaN");
  }
}

TEST(Instructions, WideFmaStaysFused) {
  for (int count : {4, 8, 12, 16, 32}) {
    std::string type = llvm::formatv("vector<{0}xf32>", count).str();
    std::string text = onVectors(count, "%r = vector.fma %a, %b, %c : " + type, type);
    EXPECT_EQ(countIn(instructionsOf(text, {true, 2}), "<unknown>"), unsigned(count / 4)) << count;
    std::string plain = instructionsOf(text);
    EXPECT_EQ(countIn(plain, "f32x4.mul"), unsigned(count / 4)) << plain;
    EXPECT_EQ(countIn(plain, "shuffle"), 0u) << plain;
    EXPECT_EQ(result(text, llvm::formatv("for (let i = 0; i < 64; i++) a[i] = i, b[i] = i + 1, c[i] = 2 * i; e.run(); "
                                         "print(r.slice(0, {0}).every((v, i) => v === i * (i + 1) + 2 * i));",
                                         count)
                               .str()),
              "true");
  }
  EXPECT_EQ(countIn(instructionsOf(onVectors(1, "%r = math.fma %a, %b, %c : f32", "f32"), {true, 2}), "call"), 0u);
  EXPECT_EQ(
      countIn(instructionsOf(onVectors(6, "%r = vector.fma %a, %b, %c : vector<6xf32>", "vector<6xf32>")), "call"), 0u);
}

TEST(Instructions, ReductionsCallNothing) {
  for (int count : {2, 3, 4, 8, 16})
    for (auto [kind, fold] : {std::pair("add", "x + y"),
                              {"mul", "x * y"},
                              {"maxnumf", "Math.max(x, y)"},
                              {"minnumf", "Math.min(x, y)"},
                              {"maximumf", "Math.max(x, y)"},
                              {"minimumf", "Math.min(x, y)"}}) {
      std::string text = onVectors(
          count, llvm::formatv("%r = vector.reduction <{0}>, %a : vector<{1}xf32> into f32", kind, count).str(), "f32");
      EXPECT_EQ(result(text, llvm::formatv("for (let i = 0; i < {0}; i++) a[i] = 1 + (i * 7) % 5; e.run(); "
                                           "print(r[0] === Array.from(a.slice(0, {0})).reduce((x, y) => "
                                           "Math.fround({1})));",
                                           count, fold)
                                 .str()),
                "true")
          << kind << count;
    }
  std::string text = onVectors(4,
                               "%s = arith.constant 10.0 : f32\n"
                               "%r = vector.reduction <add>, %a, %s : vector<4xf32> into f32",
                               "f32");
  EXPECT_EQ(result(text, "a.set([1, 2, 3, 4]); e.run(); print(r[0]);"), "20");
}

TEST(Instructions, VectorPlumbing) {
  EXPECT_EQ(result(onVectors(4, R"(
    %s = vector.shuffle %a, %b [3, 2, 5, 4] : vector<4xf32>, vector<4xf32>
    %x = vector.extract %c[1] : f32 from vector<4xf32>
    %i = vector.insert %x, %s[0] : f32 into vector<4xf32>
    %e = vector.from_elements %x, %x, %x, %x : vector<4xf32>
    %w = vector.broadcast %x : f32 to vector<4xf32>
    %t = arith.addf %e, %w : vector<4xf32>
    %u = arith.addf %t, %i : vector<4xf32>
    %n = vector.bitcast %u : vector<4xf32> to vector<4xi32>
    %r = vector.bitcast %n : vector<4xi32> to vector<4xf32>)",
                             "vector<4xf32>"),
                   "a.set([1, 2, 3, 4]); b.set([10, 20, 30, 40]); c[1] = 100; e.run(); print(r.slice(0, 4).join());"),
            "300,203,220,210");
  EXPECT_EQ(result(onVectors(8, R"(
    %h = vector.extract_strided_slice %a {offsets = [4], sizes = [4], strides = [1]} : vector<8xf32> to vector<4xf32>
    %i = vector.insert_strided_slice %h, %b {offsets = [0], strides = [1]} : vector<4xf32> into vector<8xf32>
    %r = vector.interleave %h, %h : vector<4xf32> -> vector<8xf32>
    %q = arith.addf %r, %i : vector<8xf32>
    llvm.store %q, %pb : vector<8xf32>, !llvm.ptr)",
                             "vector<8xf32>"),
                   "a.set([1, 2, 3, 4, 5, 6, 7, 8]); b.set([0, 0, 0, 0, 1, 1, 1, 1]); e.run(); print(r.slice(0, "
                   "8).join()); print(b.slice(0, 8).join());"),
            "5,5,6,6,7,7,8,8\n10,11,13,14,8,8,9,9");
}

TEST(Instructions, CopiesAreBulkMemory) {
  std::string text = onVectors(4, R"(
    %n = llvm.load %pb : !llvm.ptr -> i32
    %seven = arith.constant 7 : i8
    "llvm.intr.memset"(%pc, %seven, %n) <{isVolatile = false}> : (!llvm.ptr, i8, i32) -> ()
    "llvm.intr.memcpy"(%pr, %pb, %n) <{isVolatile = false}> : (!llvm.ptr, !llvm.ptr, i32) -> ()
    %pd = llvm.getelementptr %pr[4096] : (!llvm.ptr) -> !llvm.ptr, i8
    %big = arith.constant 4096 : i32
    "llvm.intr.memset"(%pd, %seven, %big) <{isVolatile = false}> : (!llvm.ptr, i8, i32) -> ()
    %r = llvm.load %pr : !llvm.ptr -> vector<4xf32>)",
                               "vector<4xf32>");
  std::string listing = instructionsOf(text);
  EXPECT_EQ(countIn(listing, "memory.fill"), 2u) << listing;
  EXPECT_EQ(countIn(listing, "memory.copy"), 1u) << listing;
  EXPECT_EQ(countIn(listing, "call"), 0u) << listing;
  EXPECT_EQ(result(text, "new Int32Array(e.memory.buffer)[66560 / 4] = 21; e.run(); print(bytes.slice(68608, 68608 + "
                         "5).join()); print(bytes.slice(67584 + 20, 67584 + 22).join());"),
            "21,0,0,0,0\n7,0");
}

TEST(Instructions, LoopsStayLoops) {
  // A fill and a copy loop, which LLVM would otherwise turn into calls of memset and memcpy.
  std::string listing = instructionsOf(onVectors(4, R"(
    %n = llvm.load %pb : !llvm.ptr -> i32
    %one = arith.constant 1 : i32
    %none = arith.constant 0.0 : f32
    scf.for %i = %zero to %n step %one : i32 {
      %p = llvm.getelementptr %pr[%i] : (!llvm.ptr, i32) -> !llvm.ptr, f32
      llvm.store %none, %p : f32, !llvm.ptr
    }
    %r = llvm.load %pr : !llvm.ptr -> vector<4xf32>)",
                                                 "vector<4xf32>"));
  EXPECT_EQ(countIn(listing, "memory.fill"), 0u) << listing;
  EXPECT_EQ(countIn(listing, "call"), 0u) << listing;
}

TEST(Instructions, InlineAssemblyIsABarrier) {
  EXPECT_EQ(result(onVectors(4, R"(
    llvm.inline_asm has_side_effects "", "" : () -> ()
    %r = llvm.inline_asm "", "=r,0" %a : (vector<4xf32>) -> vector<4xf32>)",
                             "vector<4xf32>"),
                   "a.set([1, 2, 3, 4]); e.run(); print(r.slice(0, 4).join());"),
            "1,2,3,4");
}

} // namespace
