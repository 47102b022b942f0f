//===- LoopsOps.td - the dialect between the graph and its code -----------------------------------------------===//
//
// The program of this stage before it becomes code: the graph's operations, gathered into dispatches. What is left
// between the dispatches is control flow, measured dimensions, constants, and reshapes, which are other names of memory.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef WASMIND_LOOPS_OPS
#define WASMIND_LOOPS_OPS

include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Loops_Dialect : Dialect {
  let name = "loops";
  let cppNamespace = "::wasmind::loops";
  let description = "Kernels of wasmind before they are code.";
  let dependentDialects = ["::wasmind::graph::GraphDialect"];
}

// What a dispatch may hold beside pointwise operations.
def Loops_DispatchKind : I32EnumAttr<"DispatchKind", "", [
  I32EnumAttrCase<"Elementwise", 0, "elementwise">, // nothing
  I32EnumAttrCase<"Contract", 1, "contract">,       // one contraction, whose elements the others go on with
  I32EnumAttrCase<"Convolve", 2, "convolve">,       // one convolution, likewise
  I32EnumAttrCase<"Window", 3, "window">,           // one pooling window, likewise
  I32EnumAttrCase<"Reduce", 4, "reduce">,           // one reduction, with a prologue on its input, too
  I32EnumAttrCase<"Row", 5, "row">,                 // reductions of the last dimension of one domain (softmax, layer norm)
  I32EnumAttrCase<"Single", 6, "single">            // one operation of any other kind; before a concat or pad, a prologue
]> {
  let cppNamespace = "::wasmind::loops";
}

def Loops_DispatchOp : Op<Loops_Dialect, "dispatch", [Pure, IsolatedFromAbove, SingleBlock]> {
  let summary = "Operations that one kernel computes";
  let description = [{
    The body computes what it yields, the results of one operation (the root), from tensors in memory: its arguments, and
    constants of its own. All other values of the body exist in registers only. The location is that of the root.
    The strategy, one of Strategies.def, says how it is computed; it is chosen last.

      %y = loops.dispatch contract by "gemm"(%x) : (tensor<4x8xf32>) -> tensor<4x2xf32> {
      ^bb0(%a: tensor<4x8xf32>):
        %w = graph.constant dense<...> : tensor<8x2xf32>
        %0 = graph.contract %a, %w ...
        %1 = graph.unary tanh %0 ...
        graph.yield %1 : tensor<4x2xf32>
      }
  }];
  let arguments = (ins Loops_DispatchKind:$kind, OptionalAttr<StrAttr>:$strategy,
                       Variadic<AnyRankedTensor>:$inputs);
  let regions = (region SizedRegion<1>:$body);
  let results = (outs Variadic<AnyRankedTensor>:$outputs);
  let assemblyFormat = "$kind (`by` $strategy^)? `(` $inputs `)` attr-dict `:` functional-type($inputs, $outputs) $body";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The operation whose results are yielded.
    ::mlir::Operation *getRoot();
  }];
}

def Loops_JoinOp : Op<Loops_Dialect, "join", [Pure]> {
  let summary = "A concatenation whose parts lie in its memory";
  let description = [{
    No code: what computes a part writes it to its place. A part is computed in the block of the join, and is a part of no
    other join. Besides the join only operations read it that take its elements one by one, or pixels of images. A part that
    a reshape makes of a tensor by merging dimensions is read by nothing else.

      %y = loops.join %a, %b dim 3 : (tensor<1x4x4x8xf32>, tensor<1x4x4x16xf32>) -> tensor<1x4x4x24xf32>
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$parts, I64Attr:$dim);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$parts `dim` $dim attr-dict `:` functional-type($parts, $result)";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The index along `dim` at which a part begins.
    ::mlir::AffineExpr startOf(::mlir::Value part);
  }];
}

#endif
