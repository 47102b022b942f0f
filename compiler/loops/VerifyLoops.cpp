//===- VerifyLoops.cpp - what the loops stage guarantees to the module stage --------------------------------------===//
#include "compiler/graph/Structured.h"
#include "compiler/loops/Kernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Verifier.h"
#include <algorithm>

using namespace mlir;

namespace wasmind::loops {
namespace {

template <typename... Args> llvm::Error wrong(const char *format, Args... args) {
  return llvm::createStringError(
      (std::string("a fault of the compiler, please report it: the loops stage ") + format).c_str(), args...);
}

struct Part {
  std::string name;
  uint64_t begin, end;
};

/// The parts of the memory: inside it, behind what the linker owns, and apart from each other.
llvm::Error verifyMemory(const Program &program, const Options &options) {
  uint64_t end = uint64_t(program.pages) * 65536;
  std::vector<Part> parts;
  auto add = [&](const std::string &name, uint64_t offset, uint64_t byteLength) {
    parts.push_back({name, offset, offset + byteLength});
  };
  add("the extents", program.extentTable.offset, program.extentTable.byteLength);
  add("the arena", program.arena.offset, program.arena.byteLength);
  add("what is prepared", program.prepared.offset, program.prepared.byteLength);
  add("the weights", program.weights.offset, program.weights.byteLength);
  add("the range of steps", program.stepRange.offset, program.stepRange.byteLength);
  for (const Slot &slot : program.inputs)
    add("input '" + slot.name + "'", slot.offset, slot.byteLength);
  for (const Slot &slot : program.outputs)
    add("output '" + slot.name + "'", slot.offset, slot.byteLength);
  for (const StateSlot &state : program.state)
    add("state '" + state.slot.name + "'", state.slot.offset, state.slot.byteLength);
  llvm::erase_if(parts, [](const Part &part) { return part.begin == part.end; });
  llvm::sort(parts, [](const Part &a, const Part &b) { return a.begin < b.begin; });
  for (const Part &part : parts)
    if (part.begin < options.base || part.end > end)
      return wrong("placed %s outside the memory", part.name.c_str());
  for (size_t i = 1; i < parts.size(); ++i)
    if (parts[i].begin < parts[i - 1].end)
      return wrong("placed %s over %s", parts[i].name.c_str(), parts[i - 1].name.c_str());

  for (const ExtentSlot &slot : program.extents)
    if (slot.offset < program.extentTable.offset ||
        slot.offset + 4 > program.extentTable.offset + program.extentTable.byteLength)
      return wrong("placed the extent '%s' outside the table", slot.name.c_str());

  uint64_t at = program.weights.offset;
  for (const Segment &segment : program.segments) {
    if (segment.address < at ||
        segment.address + segment.bytes.size() > program.weights.offset + program.weights.byteLength)
      return wrong("placed constant bytes at %u, outside the weights or over others", segment.address);
    at = segment.address + segment.bytes.size();
  }
  return llvm::Error::success();
}

llvm::Error verifyEntry(const Program &program, const Options &options) {
  ModuleOp code = *program.code;
  auto run = code.lookupSymbol<func::FuncOp>("run");
  if (!run || !run->hasAttr("wasmind.export"))
    return wrong("exports no function 'run'");
  if (run.getNumArguments() != 0 || run.getResultTypes().size() != 1 || !run.getResultTypes()[0].isInteger(32))
    return wrong("gave 'run' another type than () -> i32");
  llvm::Error error = llvm::Error::success();
  uint64_t end = uint64_t(program.pages) * 65536;
  run.walk([&](LLVM::IntToPtrOp op) {
    APInt address;
    if (matchPattern(op.getArg(), m_ConstantInt(&address)) && address.getZExtValue() >= options.base &&
        address.getZExtValue() < end)
      return WalkResult::advance();
    error = wrong("uses an address in 'run' that is unknown or outside the memory");
    return WalkResult::interrupt();
  });
  return error;
}

} // namespace

LogicalResult verifyAccesses(func::FuncOp entry) {
  WalkResult result = entry.walk([](Operation *op) -> WalkResult {
    if (failed(graph::verifyExtents(op)))
      return WalkResult::interrupt();
    auto structured = dyn_cast<graph::StructuredOp>(op);
    return structured ? WalkResult(graph::verifyReads(structured)) : WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

llvm::Error verifyCode(ModuleOp code) {
  if (failed(verify(code)))
    return wrong("built code that does not verify");
  llvm::Error error = llvm::Error::success();
  code.walk([&](Operation *op) {
    Dialect *dialect = op->getDialect();
    if (!isa_and_nonnull<BuiltinDialect, func::FuncDialect, arith::ArithDialect, cf::ControlFlowDialect,
                         math::MathDialect, scf::SCFDialect, vector::VectorDialect, LLVM::LLVMDialect>(dialect) ||
        isa<UnrealizedConversionCastOp>(op)) {
      error = wrong("left '%s' behind", op->getName().getStringRef().str().c_str());
      return WalkResult::interrupt();
    }
    if (auto call = dyn_cast<func::CallOp>(op); call) {
      auto callee = code.lookupSymbol<func::FuncOp>(call.getCallee());
      if (!callee || (callee.isExternal() && !callee.getName().starts_with("wasmind_workspace_"))) {
        error = wrong("calls '%s', which it did not define", call.getCallee().str().c_str());
        return WalkResult::interrupt();
      }
    }
    return WalkResult::advance();
  });
  return error;
}

llvm::Error verifyLoops(const Program &program, const Options &options) {
  if (llvm::Error error = verifyMemory(program, options))
    return error;
  if (llvm::Error error = verifyCode(*program.code))
    return error;
  return verifyEntry(program, options);
}

} // namespace wasmind::loops
