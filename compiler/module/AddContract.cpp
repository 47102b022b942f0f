// Gives a model module the exports that hosts rely on before they call anything else.
#include "compiler/module/Passes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace wasmind::module {
#define GEN_PASS_DEF_ADDCONTRACT
#include "compiler/module/ModulePasses.h.inc"
} // namespace wasmind::module
using namespace mlir;

namespace {
constexpr int32_t abiVersion = 1;

struct AddContract : wasmind::module::impl::AddContractBase<AddContract> {
  using AddContractBase::AddContractBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    SymbolTable symbols(module);
    ImplicitLocOpBuilder builder(module.getLoc(), module.getBodyRegion());
    builder.setInsertionPointToEnd(module.getBody());

    // Adds () -> i32 with the value that `body` makes, unless the module brings its own.
    auto addGetter = [&](StringRef name, llvm::function_ref<Value()> body) {
      if (symbols.lookup(name))
        return;
      OpBuilder::InsertionGuard guard(builder);
      auto function = func::FuncOp::create(builder, name, builder.getFunctionType({}, builder.getI32Type()));
      function->setAttr(wasmind::module::exportAttribute, builder.getStringAttr(name));
      builder.setInsertionPointToStart(function.addEntryBlock());
      func::ReturnOp::create(builder, body());
    };
    addGetter("wasmind_abi_version",
              [&]() -> Value { return arith::ConstantOp::create(builder, builder.getI32IntegerAttr(abiVersion)); });
    addGetter("wasmind_error", [&]() -> Value {
      auto bytes = LLVM::LLVMArrayType::get(builder.getI8Type(), 1);
      LLVM::GlobalOp text;
      {
        OpBuilder::InsertionGuard guard(builder);
        builder.setInsertionPointToEnd(module.getBody());
        text = LLVM::GlobalOp::create(builder, bytes, /*isConstant=*/true, LLVM::Linkage::Internal,
                                      "wasmind_error_text", builder.getStringAttr(StringRef("\0", 1)));
        symbols.insert(text);
      }
      Value address = LLVM::AddressOfOp::create(builder, text);
      return LLVM::PtrToIntOp::create(builder, builder.getI32Type(), address);
    });
  }
};
} // namespace
