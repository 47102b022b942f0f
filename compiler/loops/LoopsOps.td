//===- LoopsOps.td - the dialect between the graph and its code -----------------------------------------------===//
//
// The program of this stage before it becomes code, in two forms. First the graph's operations, gathered into dispatches;
// between them are control flow, measured dimensions, constants, and reshapes, which are other names of memory.
//
// Then the schedule: each dispatch is a function over pointers, and the entry is a list of steps over memory. A value of
// the entry is memory there, of which its type says the elements: the entry's arguments and what it returns, constants,
// buffers, and views of them. Steps are done in order, and tell by their effects what they read and write.
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

//===- The schedule -------------------------------------------------------------------------------------------===//

def Loops_BufferOp : Op<Loops_Dialect, "buffer", [Pure]> {
  let summary = "Memory of an intermediate tensor or a result, or that one kernel works in";
  let description = [{
    Where it lies, and what else lies there at other times, is decided by the plan, which writes the address:

      %0 = loops.buffer : tensor<4x8xf32>
      %0 = loops.buffer {loops.address = 65664 : i64} : tensor<4x8xf32>
  }];
  let results = (outs AnyRankedTensor:$memory);
  let assemblyFormat = "attr-dict `:` type($memory)";
}

def Loops_ViewOp : Op<Loops_Dialect, "view", [Pure]> {
  let summary = "Memory from a byte of other memory on";
  let description = [{
      %1 = loops.view %0 at 64 : tensor<4x8xf32> -> tensor<4x4xf32>
  }];
  let arguments = (ins AnyRankedTensor:$memory, I64Attr:$firstByte);
  let results = (outs AnyRankedTensor:$part);
  let assemblyFormat = "$memory `at` $firstByte attr-dict `:` type($memory) `->` type($part)";
  let hasVerifier = 1;
}

def Loops_PrepareOp : Op<Loops_Dialect, "prepare", [Pure]> {
  let summary = "Memory that the first run of an instance fills from a constant, for all runs";
  let description = [{
    The first run calls callee(constant, memory, sizes...).

      %1 = loops.prepare @pack_all(%weights) sizes [3, 24] : (tensor<24x40xf16>) -> tensor<3840xi8>
  }];
  let arguments = (ins FlatSymbolRefAttr:$callee, AnyRankedTensor:$source, DenseI64ArrayAttr:$sizes);
  let results = (outs AnyRankedTensor:$memory);
  let assemblyFormat = "$callee `(` $source `)` `sizes` $sizes attr-dict `:` functional-type($source, $memory)";
  let hasVerifier = 1;
}

// A step of a run. The attribute `loops.step` says to reports what it does (Steps.h), the location names the model's
// nodes.
def Loops_IsStep : NativeOpTrait<"IsStep"> {
  let cppNamespace = "::wasmind::loops";
}
class Loops_StepOp<string name, list<Trait> traits = []> : Op<Loops_Dialect, name, !listconcat([Loops_IsStep], traits)>;

def Loops_KernelCallOp : Loops_StepOp<"call"> {
  let summary = "Calls a kernel with the addresses of memory";
  let description = [{
    The kernel writes the operands at the positions `writes`. Where that is one, it may lie where an operand of `in_place`
    does that is not needed later: the kernel reads an element of it only for the element that it writes there.

      loops.call @f32_gemm_5x8(%x, %panels, %0) writes [2]
  }];
  let arguments = (ins FlatSymbolRefAttr:$callee, Variadic<AnyRankedTensor>:$operands, DenseI32ArrayAttr:$writes,
                       DefaultValuedAttr<DenseI32ArrayAttr, "{}">:$inPlace);
  let assemblyFormat = [{
    $callee `(` $operands `)` `writes` $writes (`in_place` $inPlace^)? attr-dict `:` type($operands)
  }];
  let hasVerifier = 1;
}

def Loops_CopyOp : Loops_StepOp<"copy"> {
  let summary = "Copies a whole tensor of type `copied`";
  let description = [{
    The type is not that of the memory where a loop measures extents at its end.

      loops.copy %0 to %1 as tensor<4xf32> : tensor<4xf32>, tensor<4xf32>
  }];
  let arguments = (ins AnyRankedTensor:$source, AnyRankedTensor:$target, TypeAttrOf<AnyRankedTensor>:$copied);
  let assemblyFormat = "$source `to` $target `as` $copied attr-dict `:` type($source) `,` type($target)";
}

def Loops_WhileOp : Loops_StepOp<"while", [NoTerminator, SingleBlock]> {
  let summary = "Steps that are done while a condition holds, up to a number of times";
  let description = [{
    While iteration < trips and the condition is true; the iteration counts from 0.

      loops.while %trips, %condition, %iteration { ... } : tensor<i64>, tensor<i1>, tensor<i64>
  }];
  let arguments = (ins AnyRankedTensor:$trips, AnyRankedTensor:$condition, AnyRankedTensor:$iteration);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $trips `,` $condition `,` $iteration $body attr-dict `:` type($trips) `,` type($condition) `,` type($iteration)
  }];
}

def Loops_BranchOp : Loops_StepOp<"if", [NoTerminator, SingleBlock]> {
  let summary = "The steps of one of two branches";
  let arguments = (ins AnyRankedTensor:$condition);
  let regions = (region SizedRegion<1>:$thenRegion, SizedRegion<1>:$elseRegion);
  let assemblyFormat = "$condition $thenRegion `else` $elseRegion attr-dict `:` type($condition)";
}

def Loops_CheckOp : Loops_StepOp<"check"> {
  let summary = "Checks what is required of the dimensions that are given";
  let description = [{
    One text for each requirement, in the order of the module's. The run ends with the text of the first that is broken.
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$texts);
  let assemblyFormat = "$texts attr-dict `:` type($texts)";
}

def Loops_SetDimOp : Loops_StepOp<"measure"> {
  let summary = "A value (i64) becomes a dimension";
  let description = [{
    The run ends with the text `outside` where the value is outside the dimension's bounds, or with that of a requirement
    which it breaks, as `loops.check`.
  }];
  let arguments = (ins AnyRankedTensor:$value, I64Attr:$dim, AnyRankedTensor:$outside,
                       Variadic<AnyRankedTensor>:$texts);
  let assemblyFormat = [{
    $value `dim` $dim `outside` $outside `texts` `(` $texts `)` attr-dict
    `:` type($value) `,` type($outside) `,` `(` type($texts) `)`
  }];
}

def Loops_PublishOp : Loops_StepOp<"publish"> {
  let summary = "Writes the extents of outputs that follow from measured dimensions";
  let assemblyFormat = "attr-dict";
}

def Loops_KeepOp : Loops_StepOp<"keep"> {
  let summary = "The extents of states' next values become what the next run starts from; the last step";
  let assemblyFormat = "attr-dict";
}

#endif
