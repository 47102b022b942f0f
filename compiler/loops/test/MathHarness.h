// Compiles an elementwise function the way the compiler does, but for this machine, and runs it over arrays.
#pragma once
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/OwningOpRef.h"
#include <memory>

namespace llvm::orc {
class LLJIT;
}

namespace wasmind::loops::test {

/// Operands in registers -> result in registers. The types are those of the lanes.
using Build = llvm::function_ref<mlir::Value(mlir::ImplicitLocOpBuilder &, mlir::ValueRange)>;

/// Element types by name: f32, f64, i1, i8, ui8, ... (graph element types), for tests that need no context of their
/// own.
mlir::MLIRContext &context();
mlir::Type elementType(llvm::StringRef name);
/// In registers: signless.
mlir::Type registerType(mlir::Type element);

/// Appends `func @name(inputs..., output, count i32)`: output[i] = build(inputs[i]...) for i < count in steps of
/// `lanes`. Arrays hold register types, bool one byte per element. Returns the function.
mlir::func::FuncOp addFunction(mlir::ModuleOp module, llvm::StringRef name, llvm::ArrayRef<mlir::Type> inputs,
                               mlir::Type output, unsigned lanes, Build build);

struct Variant {
  unsigned lanes = 4;
  /// Whether multiplyAdd rounds once (relaxed SIMD on most machines) or twice (plain SIMD).
  bool fused = false;
};

/// One function, compiled for this machine. `count` of a run must be a multiple of the lanes.
class Compiled {
public:
  Compiled(llvm::ArrayRef<mlir::Type> inputs, mlir::Type output, Variant variant, Build build);
  ~Compiled();
  void operator()(const void *x, void *output, int32_t count) const {
    reinterpret_cast<void (*)(const void *, void *, int32_t)>(address)(x, output, count);
  }
  void operator()(const void *x, const void *y, void *output, int32_t count) const {
    reinterpret_cast<void (*)(const void *, const void *, void *, int32_t)>(address)(x, y, output, count);
  }

private:
  std::unique_ptr<llvm::orc::LLJIT> jit;
  uint64_t address = 0;
};

} // namespace wasmind::loops::test
