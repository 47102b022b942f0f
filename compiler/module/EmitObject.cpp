// LLVM dialect -> LLVM IR -> relocatable wasm object, with the settings under which the kernels were tuned.
#include "compiler/diagnostics/FirstError.h"
#include "compiler/module/Link.h"
#include "compiler/module/MeasureWork.h"
#include "compiler/module/Module.h"
#include "compiler/module/SelectInstructions.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include <mutex>

using namespace llvm;

namespace wasmind::module {
namespace {

/// Registers the target and turns loop strength reduction off: it undoes the constant offsets of the loads and keeps
/// more vectors alive than there are registers (a matrix product runs at half the speed with it). The option is
/// process-wide, so it is set once, before any thread compiles; `runLinker` keeps it.
Error prepareLLVM() {
  static std::once_flag once;
  static bool hasOption = false;
  std::call_once(once, [] {
    LLVMInitializeWebAssemblyTargetInfo();
    LLVMInitializeWebAssemblyTarget();
    LLVMInitializeWebAssemblyTargetMC();
    LLVMInitializeWebAssemblyAsmPrinter();
    LLVMInitializeWebAssemblyAsmParser();
    auto &options = cl::getRegisteredOptions();
    auto disable = options.find(noStrengthReduction);
    hasOption = disable != options.end();
    if (hasOption)
      static_cast<cl::opt<bool> *>(disable->second)->setValue(true);
  });
  if (!hasOption)
    return createStringError("this LLVM has no option '" + noStrengthReduction + "'; wasmind needs LLVM 22");
  return Error::success();
}

constexpr StringLiteral baseFeatures = "+simd128,+bulk-memory,+nontrapping-fptoint,+sign-ext,+mutable-globals";

Expected<std::unique_ptr<TargetMachine>> createMachine(const Options &options) {
  std::string error;
  Triple triple("wasm32-unknown-unknown");
  const Target *target = TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return createStringError("LLVM has no WebAssembly target: " + error);
  std::string features = baseFeatures.str() + (options.relaxedSimd ? ",+relaxed-simd" : "");
  auto level = options.optLevel == 0   ? CodeGenOptLevel::None
               : options.optLevel == 1 ? CodeGenOptLevel::Less
                                       : CodeGenOptLevel::Default;
  return std::unique_ptr<TargetMachine>(
      target->createTargetMachine(triple, "generic", features, TargetOptions(), Reloc::Static, {}, level));
}

/// The loop and SLP vectorisers stay off: the loops stage vectorised what pays. So does unrolling (8 % more code for
/// nothing), and the recognition of library calls: a short copy or fill loop is faster than memory.copy's call.
void optimise(llvm::Module &module, TargetMachine &machine, int optLevel) {
  for (Function &function : module)
    function.addFnAttr("no-builtins");
  if (optLevel == 0)
    return;
  PipelineTuningOptions tuning;
  tuning.LoopVectorization = tuning.SLPVectorization = false;
  tuning.LoopInterleaving = tuning.LoopUnrolling = false;
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager components;
  ModuleAnalysisManager modules;
  PassBuilder builder(&machine, tuning);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  OptimizationLevel level = optLevel == 1   ? OptimizationLevel::O1
                            : optLevel == 2 ? OptimizationLevel::O2
                                            : OptimizationLevel::O3;
  builder.buildPerModuleDefaultPipeline(level).run(module, modules);
}

/// Runs a pass directly in front of the one that writes the instructions.
class PassesBeforeWriting : public legacy::PassManager {
public:
  explicit PassesBeforeWriting(Pass *last) : last(last) {}
  bool isComplete() const { return !last; }
  void add(Pass *pass) override {
    if (last && pass->getPassName().ends_with("Assembly Printer"))
      legacy::PassManager::add(std::exchange(last, nullptr));
    legacy::PassManager::add(pass);
  }

private:
  Pass *last;
};

} // namespace

Expected<SmallVector<char, 0>> emitObject(mlir::ModuleOp module, const Options &options, const Measurement *measurement,
                                          std::vector<Work> *work) {
  std::shared_lock<std::shared_mutex> noLinking(llvmOptionsMutex());
  if (Error error = prepareLLVM())
    return std::move(error);
  auto machine = createMachine(options);
  if (!machine)
    return machine.takeError();

  // The layout must be there before translation, which folds address arithmetic with it.
  mlir::MLIRContext *context = module.getContext();
  std::string layout = (*machine)->createDataLayout().getStringRepresentation();
  module->setAttr(mlir::LLVM::LLVMDialect::getDataLayoutAttrName(), mlir::StringAttr::get(context, layout));
  module->setAttr(mlir::LLVM::LLVMDialect::getTargetTripleAttrName(),
                  mlir::StringAttr::get(context, (*machine)->getTargetTriple().str()));
  mlir::registerBuiltinDialectTranslation(*context);
  mlir::registerLLVMDialectTranslation(*context);

  LLVMContext llvmContext;
  std::string backendErrors;
  llvmContext.setDiagnosticHandlerCallBack(
      [](const DiagnosticInfo *info, void *text) {
        if (info->getSeverity() != DS_Error)
          return;
        raw_string_ostream stream(*static_cast<std::string *>(text));
        DiagnosticPrinterRawOStream printer(stream);
        info->print(printer);
        stream << "; ";
      },
      &backendErrors);
  FirstError error(context);
  std::unique_ptr<llvm::Module> code = mlir::translateModuleToLLVMIR(module, llvmContext);
  if (!code)
    return error.take("MLIR gives no LLVM IR");

  optimise(*code, **machine, options.optLevel);
  selectInstructions(*code);
  SmallVector<char, 0> object;
  raw_svector_ostream stream(object);
  BlockCounts counts;
  PassesBeforeWriting codegen(createCountInstructions(counts));
  if ((*machine)->addPassesToEmitFile(codegen, stream, nullptr, CodeGenFileType::ObjectFile) || !codegen.isComplete())
    return createStringError("LLVM cannot write wasm objects");
  codegen.run(*code);
  if (!backendErrors.empty())
    return createStringError("LLVM: " + backendErrors);
  if (measurement)
    *work = measureWork(*code, counts, *measurement);
  return object;
}

} // namespace wasmind::module
