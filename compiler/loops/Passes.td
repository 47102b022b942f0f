#ifndef WASMIND_LOOPS_PASSES_TD
#define WASMIND_LOOPS_PASSES_TD
include "mlir/Pass/PassBase.td"

def Prepare : Pass<"loops-prepare", "::mlir::ModuleOp"> {
  let summary = "Calls become bodies, and what is written by several steps gets memory of its own";
  let description = [{
    return %argument                                 ->      return (graph.broadcast %argument)
    graph.loop while %c carry %a, %b { yield %b, %a }  ->    carried values that change places are copied
    graph.concat of a thousand parts                 ->      graph.concat of graph.concat
    graph.contract of what is no matrix in memory    ->      graph.contract (graph.transpose %a)
    Reads outside of tensors, recursion and extents without bounds are refused.
  }];
}

def JoinParts : Pass<"loops-join-parts", "::mlir::ModuleOp"> {
  let summary = "Parts of a concatenation are computed where they belong";
  let description = [{
    graph.concat %conv, %pool dim 3                  ->      loops.join %conv, %pool dim 3
    Where a part is read by what wants rows side by side, it is copied, or the concatenation stays.
  }];
  let dependentDialects = ["::wasmind::loops::LoopsDialect"];
}

def FormDispatches : Pass<"loops-form-dispatches", "::mlir::ModuleOp"> {
  let summary = "Gathers the operations that one kernel computes";
  let description = [{
    relu (binary add (contract %x, W), b)            ->      one loops.dispatch contract
    softmax as max, sub, exp, sum, div               ->      one loops.dispatch row
    From the results backwards: an operation joins the kernel of its users where that repeats no work.
  }];
  let dependentDialects = ["::wasmind::loops::LoopsDialect"];
}

def ChooseStrategy : Pass<"loops-choose-strategy", "::mlir::ModuleOp"> {
  let summary = "Decides how each dispatch is computed";
  let description = [{
    loops.dispatch convolve(%x)                      ->      loops.dispatch convolve by "winograd4"(%x)
    Of the strategies that apply to a dispatch the first row of Strategies.def is chosen.
  }];
  let options = [Option<"winograd", "winograd", "bool", /*default=*/"false",
                        "Convolutions may be computed through Winograd's transforms">];
}

def LowerDispatches : Pass<"loops-lower-dispatches", "::mlir::ModuleOp"> {
  let summary = "Dispatches become functions over pointers, and the entry a schedule that calls them";
  let description = [{
    %y = loops.dispatch contract by "gemm"(%x)       ->      %0 = loops.buffer
                                                             loops.call @f32_gemm_5x8(%x, %panels, %0) writes [2]
    Reshapes and joins disappear: kernels get views of what they lie in. Constants are what the module will hold.
  }];
  let options = [Option<"relaxedSimd", "relaxed-simd", "bool", /*default=*/"false", "Multiply and add in one instruction">,
                 Option<"base", "base", "uint32_t", /*default=*/"65536", "First byte of a model's memory, where its extents lie">,
                 Option<"prefix", "prefix", "std::string", "", "Of the functions' names; of an operator's, which prepares nothing">,
                 Option<"extents", "extents", "std::string", "", "The table that holds an operator's extents">];
  let dependentDialects = ["::mlir::func::FuncDialect", "::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
                           "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect", "::mlir::LLVM::LLVMDialect"];
}

def PlanMemory : Pass<"loops-plan-memory", "::mlir::ModuleOp"> {
  let summary = "Gives all memory of a schedule its address";
  let description = [{
    %0 = loops.buffer                                ->      %0 = loops.buffer {loops.address = 65664 : i64}
    What is not needed at the same time shares memory. State is copied to where it is kept, where it is not computed there.
  }];
  let options = [Option<"base", "base", "uint32_t", /*default=*/"65536", "First byte of the memory">,
                 Option<"limit", "limit", "uint64_t", /*default=*/"uint64_t(1) << 30", "Largest plan in bytes, without weights">,
                 Option<"profile", "profile", "bool", /*default=*/"false", "With a place for the range of steps to do">];
  let dependentDialects = ["::wasmind::loops::LoopsDialect"];
}

def EmitEntry : Pass<"loops-emit-entry", "::mlir::ModuleOp"> {
  let summary = "A planned schedule becomes the function that does its steps";
  let description = [{
    loops.call @f32_gemm_5x8(%x, %panels, %0)        ->      func.call @f32_gemm_5x8(%65600, %66112, %65664)
  }];
  let options = [Option<"profile", "profile", "bool", /*default=*/"false", "Also run_steps, which does some of the steps">];
  let dependentDialects = ["::mlir::func::FuncDialect", "::mlir::arith::ArithDialect", "::mlir::scf::SCFDialect",
                           "::mlir::LLVM::LLVMDialect"];
}

def EmitOperatorEntry : Pass<"loops-emit-operator-entry", "::mlir::ModuleOp"> {
  let summary = "A schedule without a plan becomes the function of an operator's object";
  let description = [{
    The operands' addresses come from the caller; intermediate tensors lie in workspace that is allocated for the call.
  }];
  let options = [Option<"name", "name", "std::string", "", "Of the function">,
                 Option<"extents", "extents", "std::string", "", "The table that holds the extents">];
  let dependentDialects = ["::mlir::func::FuncDialect", "::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
                           "::mlir::scf::SCFDialect", "::mlir::LLVM::LLVMDialect"];
}

#endif
