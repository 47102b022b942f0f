// What the tests of this stage share: MLIR text -> image, and running an image on Node.
#pragma once
#include "compiler/module/Module.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"

namespace wasmind::module::test {

class ModuleText {
public:
  /// Parses `text`; a test failure if it does not parse.
  explicit ModuleText(llvm::StringRef text);
  mlir::ModuleOp get() { return *module; }

private:
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

/// A signature with the one entry `run`, without inputs and outputs.
abi::Signature runSignature(uint32_t pages = 4, bool relaxedSimd = false);

/// emitModule with `run` as the one entry and `pages` pages.
llvm::Expected<Emitted> emit(llvm::StringRef text, const Options &options = {}, llvm::ArrayRef<DataSegment> data = {},
                             uint32_t pages = 4);

/// The error text of a failed emission; a test failure if it succeeded.
std::string emissionError(llvm::StringRef text, llvm::ArrayRef<DataSegment> data = {}, uint32_t pages = 4);

/// Instantiates the image on Node without imports and evaluates `body`, JavaScript statements that see `e` (exports),
/// `f` (the memory as Float32Array), `bytes` (the memory as Uint8Array), `wasm` (the WebAssembly.Module) and print
/// with `print(...)`. Returns what was printed, or the error text of Node.
std::string onNode(const Emitted &emitted, llvm::StringRef body);

/// What llvm-objdump prints for a relocatable object.
std::string disassemble(llvm::ArrayRef<char> object);

} // namespace wasmind::module::test
