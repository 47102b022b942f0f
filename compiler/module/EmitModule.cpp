// The whole stage, in order.
#include "abi/Signature.h"
#include "compiler/module/Diagnostics.h"
#include "compiler/module/Module.h"
#include "compiler/module/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace wasmind::module {

Error lowerToLLVM(mlir::ModuleOp module) {
  return withDiagnostics(module.getContext(), [&] {
    mlir::PassManager passes(module.getContext());
    passes.addPass(
        mlir::createCanonicalizerPass()); // constants to the right of an add: the lowering looks for them there
    passes.addPass(mlir::createCSEPass());
    passes.addPass(createLowerToLLVM());
    return passes.run(module);
  });
}

Expected<Emitted> emitModule(const ModuleInput &input, const Options &options) {
  // What the signature gets wrong is cheaper to find before anything is compiled.
  auto signature = abi::parseSignature(input.signature);
  if (!signature)
    return createStringError("the signature is refused: " + signature.error().text);
  if (options.relaxedSimd && !is_contained(signature->features, abi::Feature::RelaxedSimd))
    return createStringError("the module is compiled for relaxed SIMD, but its signature does not list the feature "
                             "'relaxed-simd'");

  mlir::ModuleOp code = input.code;
  if (Error error = withDiagnostics(code.getContext(), [&] {
        mlir::PassManager passes(code.getContext());
        passes.addPass(createAddContract());
        return passes.run(code);
      }))
    return std::move(error);
  if (Error error = lowerToLLVM(code))
    return std::move(error);
  std::vector<Work> work;
  auto object = emitObject(code, options, input.sign ? &input.measurement : nullptr, &work);
  if (!object)
    return object.takeError();
  ModuleInput linked = input;
  if (input.sign)
    linked.signature = input.sign(work);
  return linkModule(ArrayRef<char>(*object), linked);
}

} // namespace wasmind::module
