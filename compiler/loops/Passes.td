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

#endif
