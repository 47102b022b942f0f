#ifndef WASMIND_GRAPH_PASSES
#define WASMIND_GRAPH_PASSES
include "mlir/Pass/PassBase.td"

def FoldConstants : Pass<"graph-fold-constants", "::mlir::ModuleOp"> {
  let summary = "Evaluates what depends on constants alone, inlines decided branches, drops dead operations";
  let description = [{
    %w = graph.transpose %constant [2, 3, 1, 0]      ->      %w = graph.constant ...
    Results that are much larger than their operands (over 64 KiB) stay operations.
  }];
}

def IntegerProducts : Pass<"graph-integer-products", "::mlir::ModuleOp"> {
  let summary = "Products of scaled integers of 8 bits as integer products that are scaled once";
  let description = [{
    contract (mul (cast %q), %s), (mul (cast %w), %t) ->      mul (cast (contract %q, %w)), (mul %s, %t)
    Runs before constants are folded, so that quantised weights stay integers.
  }];
}

def SimplifyShapes : Pass<"graph-simplify-shapes", "::mlir::ModuleOp"> {
  let summary = "Canonical forms of movement operations, and shape arithmetic that the dimensions' bounds decide";
  let description = [{
    graph.gather %x, constant 3 dim 1                ->      graph.reshape (graph.slice %x from 3)
    graph.binary add (graph.broadcast %x), %y        ->      graph.binary add %x, %y
    graph.compare eq (graph.extent batch), -1        ->      graph.constant false
  }];
}

def SinkTransposes : Pass<"graph-sink-transposes", "::mlir::ModuleOp"> {
  let summary = "Moves transposes towards each other until they cancel";
  let description = [{
    transpose_last (relu (transpose_first (convolve ...)))      ->      relu (convolve ...)
    Transposes sink through operations that do not care about the order of dimensions; a product takes them in.
  }];
}

def ExpandTransposedConvolve : Pass<"graph-expand-transposed-convolve", "::mlir::ModuleOp"> {
  let summary = "Transposed convolutions as products (stride = kernel) or as convolutions of the spread input";
}

def FoldBatchNorm : Pass<"graph-fold-batch-norm", "::mlir::ModuleOp"> {
  let summary = "Folds factors and offsets per output channel into constant weights and one bias";
  let description = [{
    mul (add (convolve %x, W), b), s                 ->      add (convolve %x, W * s), b * s
    Runs after the transposes are gone, so that channels are the last dimension.
  }];
}

def SimplifyArithmetic : Pass<"graph-simplify-arithmetic", "::mlir::ModuleOp"> {
  let summary = "Cheaper spellings of arithmetic";
  let description = [{
    pow %x, 2                                        ->      mul %x, %x
    div %x, (sqrt %v), %v repeated                   ->      mul %x, (rsqrt %v)
    div %x, constant 8                               ->      mul %x, constant 0.125
    contract (cast (compare eq %i, iota)), constant  ->      gather constant, %i (0 where there is no such row)
  }];
}

def RaiseCompute : Pass<"graph-raise-compute", "::mlir::ModuleOp"> {
  let summary = "Gives graph.compute operations that are a contraction, a reduction or elementwise their named primitive";
}

def VerifyGraph : Pass<"graph-verify", "::mlir::ModuleOp"> {
  let summary = "Checks what the graph stage guarantees (see its README)";
}

#endif
