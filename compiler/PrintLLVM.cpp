#include "compiler/PrintLLVM.h"
#include "compiler/diagnostics/FirstError.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/TargetParser/Triple.h"

namespace wasmind {

llvm::Expected<std::string> printLLVM(mlir::ModuleOp code) {
  mlir::MLIRContext *context = code.getContext();
  const llvm::Triple triple("wasm32-unknown-unknown");
  auto set = [&](llvm::StringRef name, const std::string &value) {
    code->setAttr(name, mlir::StringAttr::get(context, value));
  };
  // Before translation, which folds address arithmetic with the layout.
  set(mlir::LLVM::LLVMDialect::getDataLayoutAttrName(), triple.computeDataLayout());
  set(mlir::LLVM::LLVMDialect::getTargetTripleAttrName(), triple.str());
  mlir::registerBuiltinDialectTranslation(*context);
  mlir::registerLLVMDialectTranslation(*context);
  llvm::LLVMContext llvmContext;
  FirstError error(context);
  std::unique_ptr<llvm::Module> module = mlir::translateModuleToLLVMIR(code, llvmContext);
  if (!module)
    return llvm::createStringError("a fault of the compiler, please report it: no LLVM IR: " + error.text());
  std::string text;
  llvm::raw_string_ostream stream(text);
  module->print(stream, nullptr);
  return text;
}

} // namespace wasmind
