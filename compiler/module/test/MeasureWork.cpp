// How much of a function's work is counted as vector code, on functions whose counts are known.
#include "compiler/module/test/Emitting.h"
#include "llvm/Support/FormatVariadic.h"
#include <gtest/gtest.h>

using namespace wasmind::module;
using namespace wasmind::module::test;

namespace {

/// The work of @kernel(base, count), whose extents lie in two i32 at 65536.
Work workOf(llvm::StringRef functions, int32_t rows = 10, int32_t columns = 16) {
  std::string text = functions.str() + R"(
func.func @run() -> i32 attributes {wasmind.export = "run"} {
  %zero = arith.constant 0 : i32
  %ia = arith.constant 66000 : i32
  %a = llvm.inttoptr %ia : i32 to !llvm.ptr
  func.call @kernel(%a) : (!llvm.ptr) -> ()
  return %zero : i32
})";
  ModuleText module(text);
  llvm::Error error = lowerToLLVM(module.get());
  EXPECT_FALSE(bool(error)) << llvm::toString(std::move(error));
  Measurement measurement;
  measurement.functions = {"kernel"};
  measurement.extents = {{65536, rows}, {65540, columns}};
  std::vector<Work> work;
  auto object = emitObject(module.get(), {}, &measurement, &work);
  EXPECT_TRUE(bool(object));
  EXPECT_EQ(work.size(), 1u);
  return work.empty() ? Work() : work[0];
}

constexpr const char *head = R"(
func.func @kernel(%a: !llvm.ptr) attributes {passthrough = ["noinline"]} {
  %c0 = arith.constant 0 : i32
  %c1 = arith.constant 1 : i32
  %c4 = arith.constant 4 : i32
  %t = arith.constant 65536 : i32
  %p = llvm.inttoptr %t : i32 to !llvm.ptr
  %q = llvm.getelementptr %p[1] : (!llvm.ptr) -> !llvm.ptr, i32
  %rows = llvm.load %p : !llvm.ptr -> i32
  %columns = llvm.load %q : !llvm.ptr -> i32
)";

/// for i in [low, high) by `lanes`: a[i] = a[i] * a[i]
std::string square(llvm::StringRef low, llvm::StringRef high, int lanes) {
  std::string type = lanes == 1 ? "f32" : llvm::formatv("vector<{0}xf32>", lanes).str();
  return llvm::formatv(R"(
  scf.for %i = {0} to {1} step %c{2} : i32 {{
    %e = llvm.getelementptr %a[%i] : (!llvm.ptr, i32) -> !llvm.ptr, f32
    %x = llvm.load %e : !llvm.ptr -> {3}
    %y = arith.mulf %x, %x : {3}
    llvm.store %y, %e : {3}, !llvm.ptr
  })",
                       low, high, lanes, type)
      .str();
}

TEST(MeasureWork, CountsWhatLoopsDo) {
  Work vectors = workOf(std::string(head) + square("%c0", "%columns", 4) + "\n  return\n}", 10, 400);
  EXPECT_EQ(vectors.vectorOperations, 400);
  EXPECT_EQ(vectors.scalarOperations, 0);
  EXPECT_GT(vectors.vectorisedShare(), 0.99); // the extents are loads, too
  Work scalars = workOf(std::string(head) + square("%c0", "%columns", 1) + "\n  return\n}", 10, 400);
  EXPECT_EQ(scalars.vectorOperations, 0);
  EXPECT_EQ(scalars.scalarOperations, 400);
  EXPECT_EQ(scalars.vectorisedShare(), 0);
}

/// Vectors, then what is left: the rest runs as often as the extent says.
TEST(MeasureWork, WeighsRestsByTheirTripCount) {
  std::string text = std::string(head) +
                     "  %mask = arith.constant -4 : i32\n  %whole = arith.andi %columns, %mask : i32\n" +
                     square("%c0", "%whole", 4) + square("%whole", "%columns", 1) + "\n  return\n}";
  Work none = workOf(text, 10, 400), three = workOf(text, 10, 403);
  EXPECT_GT(none.vectorisedShare(), 0.99);
  EXPECT_EQ(three.vectorOperations, 400);
  EXPECT_EQ(three.scalarOperations, 3);
  EXPECT_LT(three.vectorisedShare(), 0.99);
}

/// What a function calls is its work, at the arguments of the call, and as often as it is called.
TEST(MeasureWork, FollowsCalls) {
  std::string callee = R"(
func.func @inner(%a: !llvm.ptr, %n: i32) attributes {passthrough = ["noinline"]} {
  %c0 = arith.constant 0 : i32
  %c4 = arith.constant 4 : i32)" +
                       square("%c0", "%n", 4) + "\n  return\n}\n";
  Work work = workOf(callee + std::string(head) + R"(
  %c2 = arith.constant 2 : i32
  %half = arith.divui %columns, %c2 : i32
  scf.for %r = %c0 to %rows step %c1 : i32 {
    func.call @inner(%a, %columns) : (!llvm.ptr, i32) -> ()
    func.call @inner(%a, %half) : (!llvm.ptr, i32) -> ()
  }
  return
})",
                     10, 16);
  EXPECT_EQ(work.vectorOperations, 10 * (16 + 8));
}

/// A vector made of elements that lie apart is no vector load, however it is written.
TEST(MeasureWork, SeesLanesGatheredOneByOne) {
  std::string gather;
  for (int lane = 0; lane < 4; ++lane)
    gather += llvm::formatv("    %p{0} = llvm.getelementptr %e[{1}] : (!llvm.ptr) -> !llvm.ptr, f32\n"
                            "    %x{0} = llvm.load %p{0} : !llvm.ptr -> f32\n",
                            lane, 7 * lane);
  Work work = workOf(std::string(head) + R"(
  scf.for %i = %c0 to %columns step %c4 : i32 {
    %e = llvm.getelementptr %a[%i] : (!llvm.ptr, i32) -> !llvm.ptr, f32
)" + gather + R"(
    %x = vector.from_elements %x0, %x1, %x2, %x3 : vector<4xf32>
    %y = arith.mulf %x, %x : vector<4xf32>
    llvm.store %y, %e : vector<4xf32>, !llvm.ptr
  }
  return
})",
                     10, 400);
  EXPECT_EQ(work.vectorOperations, 400);
  EXPECT_GE(work.scalarMoves, 400);
  EXPECT_LE(work.vectorisedShare(), 0.5);
}

/// Branches that the extents decide count as they go.
TEST(MeasureWork, DecidesBranches) {
  std::string text = std::string(head) + R"(
  %c5 = arith.constant 5 : i32
  %few = arith.cmpi slt, %rows, %c5 : i32
  scf.if %few {)" + square("%c0", "%columns", 1) +
                     "\n  } else {" + square("%c0", "%columns", 4) + "\n  }\n  return\n}";
  EXPECT_EQ(workOf(text, 4, 400).vectorisedShare(), 0);
  EXPECT_GT(workOf(text, 5, 400).vectorisedShare(), 0.99);
}

} // namespace
