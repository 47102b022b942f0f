// The whole stage, in order.
#include "abi/Signature.h"
#include "compiler/diagnostics/FirstError.h"
#include "compiler/module/Module.h"
#include "compiler/module/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace llvm;

namespace wasmind::module {

static Error run(mlir::PassManager &passes, mlir::ModuleOp module) {
  FirstError error(module.getContext());
  return mlir::succeeded(passes.run(module)) ? Error::success() : error.take("MLIR failed without saying why");
}

Error lowerToLLVM(mlir::ModuleOp module) {
  mlir::PassManager passes(module.getContext());
  // Constants to the right of an add: the lowering looks for them there.
  passes.addPass(mlir::createCanonicalizerPass());
  passes.addPass(mlir::createCSEPass());
  passes.addPass(createLowerToLLVM());
  return run(passes, module);
}

Expected<Emitted> emitModule(const ModuleInput &input, const Options &options) {
  // What the signature gets wrong is cheaper to find before anything is compiled.
  if (auto broken = abi::validate(input.signature))
    return createStringError("the signature is refused: " + broken->text);
  if (options.relaxedSimd && !is_contained(input.signature.features, abi::Feature::RelaxedSimd))
    return createStringError("the module is compiled for relaxed SIMD, but its signature does not list the feature "
                             "'relaxed-simd'");

  mlir::ModuleOp code = input.code;
  mlir::PassManager contract(code.getContext());
  contract.addPass(createAddContract());
  if (Error error = run(contract, code))
    return std::move(error);
  if (Error error = lowerToLLVM(code))
    return std::move(error);
  Measurement measurement{{}, input.extents, "", 0};
  for (const abi::Kernel &kernel : input.signature.kernels)
    measurement.functions.push_back(kernel.name);
  std::vector<Work> work;
  auto object = emitObject(code, options, &measurement, &work);
  if (!object)
    return object.takeError();
  ModuleInput linked = input;
  for (auto [kernel, measured] : zip_equal(linked.signature.kernels, work))
    kernel.vectorisedShare = std::floor(measured.vectorisedShare() * 1e4) / 1e4;
  return linkModule(ArrayRef<char>(*object), linked);
}

} // namespace wasmind::module
