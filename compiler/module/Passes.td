#ifndef WASMIND_MODULE_PASSES_TD
#define WASMIND_MODULE_PASSES_TD
include "mlir/Pass/PassBase.td"

def LowerToLLVM : Pass<"module-lower-to-llvm", "::mlir::ModuleOp"> {
  let summary = "Lowers func, scf, cf, arith, math, vector and ub to the LLVM dialect as wasm32 wants it";
  let description = [{
    One full conversion with a 32-bit index. Functions with `wasmind.export` are exported under that name, all
    others become internal. Besides the types it decides what LLVM cannot know about the target:

      * `vector.fma`, `math.fma`           -> `llvm.intr.fmuladd`: relaxed_madd, or mul + add
      * `arith.maxnumf`, `arith.minnumf`   -> compare + select = pmax, pmin; a NaN in the second operand is ignored
      * `vector.reduction` of floats       -> a tree of lane shuffles (pairwise order)
      * `getelementptr %base[%i + C]`      -> `getelementptr inbounds|nuw (getelementptr %base[%i])[C]`, so that C
                                              becomes the `offset=` of the load
      * vector loads and stores            -> alignment of one element unless they state another
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect",
                           "::mlir::cf::ControlFlowDialect", "::mlir::vector::VectorDialect"];
}

def AddContract : Pass<"module-add-contract", "::mlir::ModuleOp"> {
  let summary = "Adds the exports that every model module has: wasmind_abi_version and wasmind_error";
  let description = [{
    A module that defines a function of one of these names itself (with a text buffer of its own, say) keeps it.
  }];
  let dependentDialects = ["::mlir::func::FuncDialect", "::mlir::arith::ArithDialect", "::mlir::LLVM::LLVMDialect"];
}
#endif
