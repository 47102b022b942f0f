#include "compiler/loops/test/MathHarness.h"
#include "compiler/module/Module.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include <gtest/gtest.h>

using namespace mlir;

namespace wasmind::loops::test {
namespace {
Type memoryType(Type registers) {
  return registers.isInteger(1) ? IntegerType::get(registers.getContext(), 8) : registers;
}
Type lanesOf(Type element, unsigned lanes) {
  return lanes == 1 ? element : Type(VectorType::get(int64_t(lanes), element));
}
template <typename T> T orFail(llvm::Expected<T> value) {
  if (!value)
    llvm::report_fatal_error(value.takeError());
  return std::move(*value);
}
} // namespace

MLIRContext &context() {
  static MLIRContext context(MLIRContext::Threading::DISABLED);
  static bool loaded = [] {
    context.loadDialect<arith::ArithDialect, cf::ControlFlowDialect, func::FuncDialect, LLVM::LLVMDialect,
                        math::MathDialect, scf::SCFDialect, vector::VectorDialect>();
    registerBuiltinDialectTranslation(context);
    registerLLVMDialectTranslation(context);
    return true;
  }();
  (void)loaded;
  return context;
}

Type elementType(llvm::StringRef name) { return parseType(name, &context()); }

Type registerType(Type element) {
  if (isa<IntegerType>(element))
    return IntegerType::get(element.getContext(), element.getIntOrFloatBitWidth());
  return element.isF64() ? element : Type(Float32Type::get(element.getContext()));
}

func::FuncOp addFunction(ModuleOp module, llvm::StringRef name, llvm::ArrayRef<Type> inputs, Type output,
                         unsigned lanes, Build build) {
  ImplicitLocOpBuilder b(module.getLoc(), module.getContext());
  b.setInsertionPointToEnd(module.getBody());
  Type pointer = LLVM::LLVMPointerType::get(b.getContext()), i32 = b.getI32Type();
  llvm::SmallVector<Type> arguments(inputs.size() + 1, pointer);
  arguments.push_back(i32);
  auto function = func::FuncOp::create(b, name, b.getFunctionType(arguments, {}));
  b.setInsertionPointToStart(function.addEntryBlock());
  auto integer = [&](int64_t value) -> Value { return arith::ConstantOp::create(b, b.getI32IntegerAttr(value)); };
  auto loop = scf::ForOp::create(b, integer(0), function.getArgument(inputs.size() + 1), integer(lanes));
  auto element = [&](unsigned argument, Type type) -> Value {
    return LLVM::GEPOp::create(b, pointer, memoryType(type), function.getArgument(argument),
                               LLVM::GEPArg(loop.getInductionVar()));
  };
  b.setInsertionPointToStart(loop.getBody());
  llvm::SmallVector<Value> operands;
  for (auto [argument, type] : llvm::enumerate(inputs)) {
    Value loaded = LLVM::LoadOp::create(b, lanesOf(memoryType(type), lanes), element(argument, type));
    if (type.isInteger(1))
      loaded = arith::TruncIOp::create(b, lanesOf(type, lanes), loaded);
    operands.push_back(loaded);
  }
  Value result = build(b, operands);
  if (!result || result.getType() != lanesOf(output, lanes))
    llvm::report_fatal_error(llvm::Twine(name) + " gave no value or one of another type");
  if (output.isInteger(1))
    result = arith::ExtUIOp::create(b, lanesOf(memoryType(output), lanes), result);
  LLVM::StoreOp::create(b, result, element(inputs.size(), output));
  b.setInsertionPointToEnd(&function.getBody().front());
  func::ReturnOp::create(b);
  return function;
}

Compiled::Compiled(llvm::ArrayRef<Type> inputs, Type output, Variant variant, Build build) {
  static bool initialised = !llvm::InitializeNativeTarget() && !llvm::InitializeNativeTargetAsmPrinter();
  EXPECT_TRUE(initialised);
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&context()));
  auto function = addFunction(*module, "f", inputs, output, variant.lanes, build);
  function->setAttr("wasmind.export", StringAttr::get(&context(), "f"));
  if (llvm::Error error = module::lowerToLLVM(*module))
    llvm::report_fatal_error(std::move(error));

  auto host = orFail(llvm::orc::JITTargetMachineBuilder::detectHost());
  if (!variant.fused && host.getTargetTriple().isX86()) {
    host.setCPU("x86-64-v2");
    host.getFeatures() = llvm::SubtargetFeatures("+sse4.1");
  }
  auto machine = orFail(host.createTargetMachine());
  auto llvmContext = std::make_unique<llvm::LLVMContext>();
  auto code = translateModuleToLLVMIR(*module, *llvmContext);
  if (!code)
    llvm::report_fatal_error("no LLVM IR");
  code->setDataLayout(machine->createDataLayout());
  code->setTargetTriple(machine->getTargetTriple());
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PipelineTuningOptions tuning;
  tuning.LoopVectorization = tuning.SLPVectorization = tuning.LoopUnrolling = false;
  llvm::PassBuilder passes(machine.get(), tuning);
  passes.registerModuleAnalyses(modules);
  passes.registerCGSCCAnalyses(components);
  passes.registerFunctionAnalyses(functions);
  passes.registerLoopAnalyses(loops);
  passes.crossRegisterProxies(loops, functions, components, modules);
  passes.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O1).run(*code, modules);

  jit = orFail(llvm::orc::LLJITBuilder()
                   .setJITTargetMachineBuilder(host)
                   .setPlatformSetUp(llvm::orc::setUpInactivePlatform)
                   .setLinkProcessSymbolsByDefault(false) // a library call must not find its callee
                   .create());
  if (llvm::Error error = jit->addIRModule({std::move(code), std::move(llvmContext)}))
    llvm::report_fatal_error(std::move(error));
  address = orFail(jit->lookup("f")).getValue();
}

Compiled::~Compiled() = default;

} // namespace wasmind::loops::test
