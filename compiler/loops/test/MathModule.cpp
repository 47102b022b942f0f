// What the functions become on wasm32: every one of them, scalar and vector, links without a single import.
#include "abi/Signature.h"
#include "compiler/graph/Graph.h"
#include "compiler/loops/Math.h"
#include "compiler/loops/test/MathHarness.h"
#include "compiler/module/Module.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include <gtest/gtest.h>

using namespace wasmind;
using namespace wasmind::loops;
using namespace wasmind::loops::test;
using graph::BinaryKind;
using graph::CompareKind;
using graph::UnaryKind;

namespace {
/// Exports `name : () -> i32`, which applies `function` to 4096 elements at 1, 2 and 3 MB.
void addEntry(mlir::ModuleOp module, llvm::StringRef name, mlir::func::FuncOp function) {
  mlir::ImplicitLocOpBuilder b(module.getLoc(), module.getContext());
  b.setInsertionPointToEnd(module.getBody());
  auto entry = mlir::func::FuncOp::create(b, name, b.getFunctionType({}, b.getI32Type()));
  entry->setAttr("wasmind.export", b.getStringAttr(name));
  b.setInsertionPointToStart(entry.addEntryBlock());
  auto integer = [&](int64_t v) -> mlir::Value { return mlir::arith::ConstantOp::create(b, b.getI32IntegerAttr(v)); };
  llvm::SmallVector<mlir::Value> arguments;
  for (unsigned i = 1; i < function.getNumArguments(); ++i)
    arguments.push_back(mlir::LLVM::IntToPtrOp::create(b, function.getArgumentTypes()[0], integer(i << 20)));
  arguments.push_back(integer(4096));
  mlir::func::CallOp::create(b, function, arguments);
  mlir::func::ReturnOp::create(b, integer(0));
}

/// All functions of one element type; returns their names.
std::vector<std::string> addAll(mlir::ModuleOp module, llvm::StringRef element, unsigned lanes) {
  mlir::Type type = elementType(element), registers = registerType(type);
  bool isUnsigned = type.isUnsignedInteger();
  std::vector<std::string> names;
  auto add = [&](llvm::StringRef name, unsigned operands, mlir::Type result, Build build) {
    llvm::SmallVector<mlir::Type> inputs(operands, registers);
    names.push_back(llvm::formatv("{0}_{1}x{2}", name, element, lanes).str());
    auto function = addFunction(module, names.back() + "_loop", inputs, result, lanes, build);
    keepConstantsInLocals(function);
    addEntry(module, names.back(), function);
  };
  bool isFloat = mlir::isa<mlir::FloatType>(type);
  for (uint32_t i = 0; auto kind = graph::symbolizeUnaryKind(i); ++i) {
    bool arithmetic = kind == UnaryKind::Neg || kind == UnaryKind::Abs || kind == UnaryKind::Sign;
    if (kind == UnaryKind::Bits) // gives another type, which is told apart from nothing here
      continue;
    if (kind == UnaryKind::Not ? isFloat : !arithmetic && !isFloat)
      continue;
    mlir::Type result = kind == UnaryKind::IsNaN ? elementType("i1") : registers;
    add(graph::stringifyUnaryKind(*kind), 1, result,
        [&](auto &b, mlir::ValueRange v) { return emitUnary(b, *kind, v[0], isUnsigned); });
  }
  for (uint32_t i = 0; auto kind = graph::symbolizeBinaryKind(i); ++i) {
    bool bitwise = kind == BinaryKind::And || kind == BinaryKind::Or || kind == BinaryKind::Xor ||
                   kind == BinaryKind::ShiftLeft || kind == BinaryKind::ShiftRight;
    if (isFloat ? bitwise : kind == BinaryKind::Atan2)
      continue;
    add(graph::stringifyBinaryKind(*kind), 2, registers,
        [&](auto &b, mlir::ValueRange v) { return emitBinary(b, *kind, v[0], v[1], isUnsigned); });
  }
  for (uint32_t i = 0; auto kind = graph::symbolizeCompareKind(i); ++i)
    add(graph::stringifyCompareKind(*kind), 2, elementType("i1"),
        [&](auto &b, mlir::ValueRange v) { return emitCompare(b, *kind, v[0], v[1], isUnsigned); });
  for (const char *to : {"i1", "i8", "i16", "i32", "i64", "ui8", "ui16", "ui32", "ui64", "f16", "bf16", "f32", "f64"})
    add(llvm::formatv("to_{0}", to).str(), 1, registerType(elementType(to)),
        [&](auto &b, mlir::ValueRange v) { return emitCast(b, v[0], type, elementType(to)); });
  if (isFloat)
    add("exp_non_positive", 1, registers, [&](auto &b, mlir::ValueRange v) { return emitExpNonPositive(b, v[0]); });
  if (element == "f32")
    for (const char *half : {"f16", "bf16"})
      add(llvm::formatv("store_and_load_{0}", half).str(), 1, registers, [&](auto &b, mlir::ValueRange v) {
        return emitWiden(b, emitNarrow(b, v[0], elementType(half)), elementType(half));
      });
  return names;
}

/// All functions of an element type in one module, which they are the entries of.
static void expectNoImports(llvm::StringRef element, bool relaxed) {
  SCOPED_TRACE(element.str() + (relaxed ? ", relaxed" : ""));
  mlir::OwningOpRef<mlir::ModuleOp> code = mlir::ModuleOp::create(mlir::UnknownLoc::get(&context()));
  wasmind::abi::Signature signature;
  for (unsigned lanes : {1u, 4u, element.ends_with("i8") ? 16u : 8u})
    for (std::string &name : addAll(*code, element, lanes))
      signature.functions.push_back({name, {}, {}, {}});
  signature.compiler = "wasmind test";
  signature.features = {wasmind::abi::Feature::Simd128};
  if (relaxed)
    signature.features.push_back(wasmind::abi::Feature::RelaxedSimd);
  signature.memory.pages = 64;
  signature.memory.stack = {0, 16384};
  module::ModuleInput input{*code, {}, signature};
  module::Options options;
  options.relaxedSimd = relaxed;
  // A function nobody defines is an error of the linker that names it.
  auto emitted = module::emitModule(input, options);
  ASSERT_TRUE(bool(emitted)) << llvm::toString(emitted.takeError());
  if (const char *path = std::getenv("WASMIND_KEEP_MODULE")) {
    std::error_code code;
    llvm::raw_fd_ostream out(llvm::formatv("{0}.{1}{2}.wasm", path, element, relaxed ? ".relaxed" : "").str(), code);
    emitted->write(out);
  }
}

TEST(MathModule, ImportsNothing) {
  for (const char *element : {"f32", "f64", "i8", "i16", "i32", "i64", "ui8", "ui16", "ui32", "ui64"})
    expectNoImports(element, /*relaxed=*/false);
  for (const char *element : {"f32", "f64"})
    expectNoImports(element, /*relaxed=*/true);
}

TEST(MathModule, ConstantsLeaveTheLoop) {
  mlir::OwningOpRef<mlir::ModuleOp> code = mlir::ModuleOp::create(mlir::UnknownLoc::get(&context()));
  mlir::Type f32 = elementType("f32");
  auto function = addFunction(*code, "f", {f32}, f32, 4,
                              [](auto &b, mlir::ValueRange v) { return emitUnary(b, UnaryKind::Exp, v[0]); });
  keepConstantsInLocals(function);
  unsigned locals = 0;
  function.walk([&](mlir::Operation *op) {
    if (mlir::isa<mlir::LLVM::InlineAsmOp>(op)) {
      ++locals;
      EXPECT_EQ(op->getParentOp(), function.getOperation());
    }
    // The amounts of shifts stay: only as constants are they one instruction.
    if (!mlir::isa<mlir::vector::FMAOp, mlir::arith::ShLIOp>(op))
      return;
    for (mlir::Value operand : op->getOperands())
      if (operand.getDefiningOp<mlir::arith::ConstantOp>())
        EXPECT_TRUE(mlir::isa<mlir::arith::ShLIOp>(op));
  });
  EXPECT_GE(locals, 10u);
  EXPECT_LE(locals, 15u);
}

} // namespace
