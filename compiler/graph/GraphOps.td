//===- GraphOps.td - the whole-tensor dialect ------------------------------------------------------------------===//
//
// A closed set of primitives. Front ends compose them (Compose.h); nothing else may appear between the front end and
// the loops stage. Tensors are ranked. A dimension that is not static is an affine expression over the module's named
// dimensions (symbols s0, s1, ...), kept as the encoding of the tensor type:
//   tensor<?x?x384xf32, affine_map<()[s0, s1] -> (s0, s1, 384)>>
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef WASMIND_GRAPH_OPS
#define WASMIND_GRAPH_OPS

include "mlir/IR/OpBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/IR/RegionKindInterface.td"

def Graph_Dialect : Dialect {
  let name = "graph";
  let cppNamespace = "::wasmind::graph";
  let description = "Whole-tensor primitives of wasmind.";
  let useDefaultAttributePrinterParser = 0;
  let hasConstantMaterializer = 1;
}

//===- Kinds -------------------------------------------------------------------------------------------------===//

class Graph_Enum<string name, list<I32EnumAttrCase> cases> : I32EnumAttr<name, "", cases> {
  let cppNamespace = "::wasmind::graph";
  let genSpecializedAttr = 1;
}

def Graph_UnaryKind : Graph_Enum<"UnaryKind", [
  I32EnumAttrCase<"Neg", 0, "neg">, I32EnumAttrCase<"Abs", 1, "abs">, I32EnumAttrCase<"Sign", 2, "sign">,
  I32EnumAttrCase<"Exp", 3, "exp">, I32EnumAttrCase<"Log", 4, "log">, I32EnumAttrCase<"Sqrt", 5, "sqrt">,
  I32EnumAttrCase<"Rsqrt", 6, "rsqrt">, I32EnumAttrCase<"Reciprocal", 7, "reciprocal">,
  I32EnumAttrCase<"Floor", 8, "floor">, I32EnumAttrCase<"Ceil", 9, "ceil">, I32EnumAttrCase<"Round", 10, "round">,
  I32EnumAttrCase<"Trunc", 11, "trunc">, I32EnumAttrCase<"Sin", 12, "sin">, I32EnumAttrCase<"Cos", 13, "cos">,
  I32EnumAttrCase<"Tan", 14, "tan">, I32EnumAttrCase<"Asin", 15, "asin">, I32EnumAttrCase<"Acos", 16, "acos">,
  I32EnumAttrCase<"Atan", 17, "atan">, I32EnumAttrCase<"Sinh", 18, "sinh">, I32EnumAttrCase<"Cosh", 19, "cosh">,
  I32EnumAttrCase<"Asinh", 20, "asinh">, I32EnumAttrCase<"Acosh", 21, "acosh">, I32EnumAttrCase<"Atanh", 22, "atanh">,
  I32EnumAttrCase<"Tanh", 23, "tanh">, I32EnumAttrCase<"Sigmoid", 24, "sigmoid">, I32EnumAttrCase<"Erf", 25, "erf">,
  I32EnumAttrCase<"Not", 26, "not">, I32EnumAttrCase<"IsNaN", 27, "is_nan">, I32EnumAttrCase<"Bits", 28, "bits">
]>;

def Graph_BinaryKind : Graph_Enum<"BinaryKind", [
  I32EnumAttrCase<"Add", 0, "add">, I32EnumAttrCase<"Sub", 1, "sub">, I32EnumAttrCase<"Mul", 2, "mul">,
  I32EnumAttrCase<"Div", 3, "div">, I32EnumAttrCase<"Rem", 4, "rem">, I32EnumAttrCase<"FloorDiv", 5, "floor_div">,
  I32EnumAttrCase<"FloorMod", 6, "floor_mod">, I32EnumAttrCase<"Pow", 7, "pow">, I32EnumAttrCase<"Max", 8, "max">,
  I32EnumAttrCase<"Min", 9, "min">, I32EnumAttrCase<"And", 10, "and">, I32EnumAttrCase<"Or", 11, "or">,
  I32EnumAttrCase<"Xor", 12, "xor">, I32EnumAttrCase<"ShiftLeft", 13, "shift_left">,
  I32EnumAttrCase<"ShiftRight", 14, "shift_right">, I32EnumAttrCase<"Atan2", 15, "atan2">
]>;

def Graph_CompareKind : Graph_Enum<"CompareKind", [
  I32EnumAttrCase<"Equal", 0, "eq">, I32EnumAttrCase<"NotEqual", 1, "ne">, I32EnumAttrCase<"Less", 2, "lt">,
  I32EnumAttrCase<"LessEqual", 3, "le">, I32EnumAttrCase<"Greater", 4, "gt">, I32EnumAttrCase<"GreaterEqual", 5, "ge">
]>;

def Graph_ReduceKind : Graph_Enum<"ReduceKind", [
  I32EnumAttrCase<"Sum", 0, "sum">, I32EnumAttrCase<"Prod", 1, "prod">, I32EnumAttrCase<"Max", 2, "max">,
  I32EnumAttrCase<"Min", 3, "min">, I32EnumAttrCase<"And", 4, "and">, I32EnumAttrCase<"Or", 5, "or">
]>;

def Graph_ScatterKind : Graph_Enum<"ScatterKind", [
  I32EnumAttrCase<"Set", 0, "set">, I32EnumAttrCase<"Add", 1, "add">, I32EnumAttrCase<"Mul", 2, "mul">,
  I32EnumAttrCase<"Max", 3, "max">, I32EnumAttrCase<"Min", 4, "min">
]>;

//===- StructuredOp -------------------------------------------------------------------------------------------===//

def Graph_StructuredOp : OpInterface<"StructuredOp"> {
  let cppNamespace = "::wasmind::graph";
  let description = [{
    One output element as a function of input elements, over an iteration domain: the parallel dimensions first, which
    are the result's dimensions in order, then the reduction dimensions. Whatever handles operations in general (the
    generic loop lowering, the interpreter of `compute`, `raise-compute`) knows them through this interface alone.
  }];
  let methods = [
    InterfaceMethod<"Extents of the iteration domain: parallel dimensions, then reduction dimensions.",
      "::llvm::SmallVector<::mlir::AffineExpr>", "getDomain", (ins)>,
    InterfaceMethod<"Number of reduction dimensions; they are the last of the domain.",
      "unsigned", "getReductionCount", (ins)>,
    InterfaceMethod<[{
      For each tensor operand, the indices of the element read at a point of the domain (d0, d1, ...). An index may lie
      outside the operand only where `isPadded`; such an element counts as absent (convolve, window).
    }], "::llvm::SmallVector<::mlir::AffineMap>", "getIndexingMaps", (ins)>,
    InterfaceMethod<[{
      Builds the scalar body at the builder's position from graph operations on rank-0 tensors. `elements` holds one
      rank-0 tensor per operand and then, with reduction dimensions, the running value. Returns the new value.
    }], "::mlir::Value", "buildBody", (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$location,
        "::mlir::ValueRange":$elements)>
  ];
}

//===- Base classes -------------------------------------------------------------------------------------------===//

class Graph_Op<string name, list<Trait> traits = []> : Op<Graph_Dialect, name, traits>;
class Graph_PureOp<string name, list<Trait> traits = []> : Graph_Op<name, !listconcat([Pure], traits)>;
class Graph_InferOp<string name, list<Trait> traits = []> : Graph_PureOp<name, !listconcat([InferTypeOpAdaptor], traits)>;
defvar Structured = DeclareOpInterfaceMethods<Graph_StructuredOp>;

def Graph_Tensor : RankedTensorOf<[F16, BF16, F32, F64, I1, I8, I16, I32, I64, UI8, UI16, UI32, UI64]>;
def Graph_Bool : RankedTensorOf<[I1]>;
def Graph_Index : RankedTensorOf<[I32, I64]>;

//===- Elementwise ---------------------------------------------------------------------------------------------===//
// Operands have one rank; in each dimension their extents are equal or 1 (an extent of 1 is repeated).

def Graph_UnaryOp : Graph_InferOp<"unary", [Structured]> {
  let summary = "Applies a function to each element; `not` takes integers and bool, `is_nan` gives bool";
  let description = "`bits` makes f32 and f64 the i32 and i64 of the same bits, and these the floats.";
  let arguments = (ins Graph_UnaryKind:$kind, Graph_Tensor:$input);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$kind $input attr-dict `:` type($input)";
  let hasFolder = 1;
}

// Integers divided by zero give 0: quotients (`div`, `floor_div`) and remainders (`rem`, `floor_mod`) alike. The lowest
// integer divided by -1 is itself.
def Graph_BinaryOp : Graph_InferOp<"binary", [Structured]> {
  let summary = "Combines elements of one type; integers wrap, `div` of integers truncates, `and`, `or`, `xor` take bool too";
  let arguments = (ins Graph_BinaryKind:$kind, Graph_Tensor:$lhs, Graph_Tensor:$rhs);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$kind $lhs `,` $rhs attr-dict `:` type($lhs) `,` type($rhs)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Graph_CompareOp : Graph_InferOp<"compare", [Structured]> {
  let summary = "Compares elements of one type (IEEE 754: NaN is only `ne`); gives bool";
  let arguments = (ins Graph_CompareKind:$kind, Graph_Tensor:$lhs, Graph_Tensor:$rhs);
  let results = (outs Graph_Bool:$result);
  let assemblyFormat = "$kind $lhs `,` $rhs attr-dict `:` type($lhs) `,` type($rhs)";
  let hasVerifier = 1;
}

def Graph_SelectOp : Graph_InferOp<"select", [Structured]> {
  let summary = "Picks per element: condition ? onTrue : onFalse";
  let arguments = (ins Graph_Bool:$condition, Graph_Tensor:$onTrue, Graph_Tensor:$onFalse);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$condition `,` $onTrue `,` $onFalse attr-dict `:` type($condition) `,` type($onTrue) `,` type($onFalse)";
  let hasVerifier = 1;
}

def Graph_CastOp : Graph_PureOp<"cast", [Structured]> {
  let summary = "Converts the element type: float to integer truncates (NaN gives 0, out of range saturates), to bool is `!= 0`";
  let arguments = (ins Graph_Tensor:$input);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

//===- Contractions, convolutions, windows, reductions ------------------------------------------------------------===//

def Graph_ContractOp : Graph_InferOp<"contract", [Structured]> {
  let summary = "Sum of products over paired dimensions";
  let description = [{
    Result dimensions: the batch dimensions (in the order of `lhsBatch`), the remaining dimensions of lhs, the remaining
    dimensions of rhs. Floats are summed in f32 (f64 for f64); i8, u8 and i16 operands, mixed or not, give i32, other integers
    their type; sums wrap.
  }];
  let arguments = (ins Graph_Tensor:$lhs, Graph_Tensor:$rhs, DenseI64ArrayAttr:$lhsBatch, DenseI64ArrayAttr:$rhsBatch,
                       DenseI64ArrayAttr:$lhsContract, DenseI64ArrayAttr:$rhsContract);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = [{$lhs `,` $rhs `batch` $lhsBatch `x` $rhsBatch `contract` $lhsContract `x` $rhsContract
                         attr-dict `:` type($lhs) `,` type($rhs)}];
}

// Window attributes are affine maps without dimensions: one expression over the named dimensions each, printed as `[2, 2]` where
// all are constant. Strides, dilations and sizes are positive; whoever sets the named dimensions answers for those that
// are not constant, and for (extent - 1) * stride + dilation * (size - 1) < 2^31. The result's extents follow from
// `padHigh` or, where the strides are not constant, are given (`resultExtents`, of the dimensions that have strides) and imply
// it: windows may then lie outside the input wholly.
class Graph_SlidingOp<string name> : Graph_InferOp<name, [Structured]> {
  let hasVerifier = 1;
  let results = (outs Graph_Tensor:$result);
  code accessors = [{
    /// Elements beyond the input's end that the last window covers along each dimension that has a stride; given, or
    /// implied by the extents. Negative where elements are left over.
    ::llvm::SmallVector<::mlir::AffineExpr> getHighPads();
  }];
}

def Graph_ConvolveOp : Graph_SlidingOp<"convolve"> {
  let summary = "Convolution (cross-correlation) with zero padding";
  let description = [{
    input [N, spatial..., C], weights [spatial..., C / groups, O]; result [N, spatial..., O]; 1 to 3 spatial dimensions.
    Not transposed: out = (in + padLow + padHigh - dilation * (kernel - 1) - 1) / stride + 1.
    Transposed (weights are still [spatial..., C / groups, O]; each input element is spread over the kernel):
    out = (in - 1) * stride + dilation * (kernel - 1) + 1 - padLow - padHigh. Output elements that no input element
    reaches are zero. All attributes and kernel extents are constant. Pads may be negative.
    `groups` is 1 where absent, a constant, or an expression equal to C and O.
  }];
  let arguments = (ins Graph_Tensor:$input, Graph_Tensor:$weights, AffineMapAttr:$strides, AffineMapAttr:$padLow,
                       OptionalAttr<AffineMapAttr>:$padHigh, AffineMapAttr:$dilations,
                       OptionalAttr<AffineMapAttr>:$resultExtents, OptionalAttr<AffineMapAttr>:$groups,
                       UnitAttr:$transposed);
  let assemblyFormat = [{$input `,` $weights `strides` custom<Expressions>($strides)
                         `pad` custom<Pads>($padLow, $padHigh, $resultExtents) `dilations` custom<Expressions>($dilations)
                         custom<Groups>($groups) (`transposed` $transposed^)? attr-dict
                         `:` type($input) `,` type($weights)}];
  let builders = [
    OpBuilder<(ins "::mlir::Value":$input, "::mlir::Value":$weights, "::llvm::ArrayRef<int64_t>":$strides,
                   "::llvm::ArrayRef<int64_t>":$padLow, "::llvm::ArrayRef<int64_t>":$padHigh,
                   "::llvm::ArrayRef<int64_t>":$dilations, "int64_t":$groups, "bool":$transposed)>,
    OpBuilder<(ins "::mlir::TypeRange":$results, "::mlir::Value":$input, "::mlir::Value":$weights,
                   "::llvm::ArrayRef<int64_t>":$strides, "::llvm::ArrayRef<int64_t>":$padLow,
                   "::llvm::ArrayRef<int64_t>":$padHigh, "::llvm::ArrayRef<int64_t>":$dilations, "int64_t":$groups,
                   "bool":$transposed)>
  ];
  let extraClassDeclaration = accessors # [{
    ::mlir::AffineExpr getGroupCount();
  }];
}

def Graph_WindowOp : Graph_SlidingOp<"window"> {
  let summary = "Reduces windows of the input; absent (padded) elements do not take part";
  let description = [{One entry per dimension of the input in each list (1, stride 1, pad 0 where nothing happens).
    out = (in + padLow + padHigh - dilation * (size - 1) - 1) / stride + 1.}];
  let arguments = (ins Graph_ReduceKind:$kind, Graph_Tensor:$input, AffineMapAttr:$sizes, AffineMapAttr:$strides,
                       AffineMapAttr:$padLow, OptionalAttr<AffineMapAttr>:$padHigh, AffineMapAttr:$dilations,
                       OptionalAttr<AffineMapAttr>:$resultExtents);
  let assemblyFormat = [{$kind $input `sizes` custom<Expressions>($sizes) `strides` custom<Expressions>($strides)
                         `pad` custom<Pads>($padLow, $padHigh, $resultExtents) `dilations` custom<Expressions>($dilations)
                         attr-dict `:` type($input)}];
  let builders = [
    OpBuilder<(ins "ReduceKind":$kind, "::mlir::Value":$input, "::llvm::ArrayRef<int64_t>":$sizes,
                   "::llvm::ArrayRef<int64_t>":$strides, "::llvm::ArrayRef<int64_t>":$padLow,
                   "::llvm::ArrayRef<int64_t>":$padHigh, "::llvm::ArrayRef<int64_t>":$dilations)>,
    OpBuilder<(ins "::mlir::TypeRange":$results, "ReduceKind":$kind, "::mlir::Value":$input,
                   "::llvm::ArrayRef<int64_t>":$sizes, "::llvm::ArrayRef<int64_t>":$strides,
                   "::llvm::ArrayRef<int64_t>":$padLow, "::llvm::ArrayRef<int64_t>":$padHigh,
                   "::llvm::ArrayRef<int64_t>":$dilations)>
  ];
  let extraClassDeclaration = accessors;
}

def Graph_ReduceOp : Graph_InferOp<"reduce", [Structured]> {
  let summary = "Reduces dimensions away; the reduced dimensions vanish from the result";
  let description = [{Of no elements: sum 0, prod 1, max the lowest value (-inf), min the highest, and true, or false.
    max and min give NaN when an element is NaN.}];
  let arguments = (ins Graph_ReduceKind:$kind, Graph_Tensor:$input, DenseI64ArrayAttr:$dims);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$kind $input `dims` $dims attr-dict `:` type($input)";
}

def Graph_ArgReduceOp : Graph_InferOp<"arg_reduce"> {
  let summary = "Index (i64) of the largest (`max`) or smallest (`min`) element along one dimension, which vanishes";
  let arguments = (ins Graph_ReduceKind:$kind, Graph_Tensor:$input, I64Attr:$dim, UnitAttr:$last);
  let results = (outs RankedTensorOf<[I64]>:$result);
  let assemblyFormat = "$kind $input `dim` $dim (`last` $last^)? attr-dict `:` type($input)";
  let hasVerifier = 1;
}

def Graph_ScanOp : Graph_InferOp<"scan"> {
  let summary = "Running sum, product, maximum or minimum along one dimension";
  let arguments = (ins Graph_ReduceKind:$kind, Graph_Tensor:$input, I64Attr:$dim, UnitAttr:$exclusive, UnitAttr:$reversed);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$kind $input `dim` $dim (`exclusive` $exclusive^)? (`reversed` $reversed^)? attr-dict `:` type($input)";
}

//===- Movement ------------------------------------------------------------------------------------------------===//

def Graph_ReshapeOp : Graph_PureOp<"reshape"> {
  let summary = "The same elements in row-major order under another shape";
  let arguments = (ins Graph_Tensor:$input);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Graph_TransposeOp : Graph_InferOp<"transpose", [Structured]> {
  let summary = "Permutes dimensions: result dimension i is input dimension permutation[i]";
  let arguments = (ins Graph_Tensor:$input, DenseI64ArrayAttr:$permutation);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$input $permutation attr-dict `:` type($input)";
  let hasFolder = 1;
}

def Graph_BroadcastOp : Graph_PureOp<"broadcast", [Structured]> {
  let summary = "Repeats the extents of 1 up to the result's; same rank";
  let arguments = (ins Graph_Tensor:$input);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Graph_SliceOp : Graph_PureOp<"slice", [Structured]> {
  let summary = "Every strides[i]-th element from starts[i]; extents are the result type's; strides are positive";
  let description = [{`starts` is an affine map without dimensions: one expression over the named dimensions per axis.
    It is proved that all elements lie inside the input, whatever the values of the dimensions.}];
  let arguments = (ins Graph_Tensor:$input, AffineMapAttr:$starts, DenseI64ArrayAttr:$strides);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$input `from` $starts `by` $strides attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Graph_ConcatOp : Graph_InferOp<"concat"> {
  let summary = "Joins tensors along one dimension";
  let arguments = (ins Variadic<Graph_Tensor>:$inputs, I64Attr:$dim);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$inputs `dim` $dim attr-dict `:` type($inputs)";
  let hasFolder = 1;
}

def Graph_PadOp : Graph_InferOp<"pad"> {
  let summary = "Surrounds (low, high; may be negative = crop) and interleaves (interior) elements with `value` [rank 0]";
  let arguments = (ins Graph_Tensor:$input, Graph_Tensor:$value, DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high,
                       DenseI64ArrayAttr:$interior);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$input `,` $value `low` $low `high` $high `interior` $interior attr-dict `:` type($input) `,` type($value)";
  let hasVerifier = 1;
}

def Graph_GatherOp : Graph_InferOp<"gather"> {
  let summary = "Takes slices along one dimension: result = data[:dim] + indices + data[dim+1:]";
  let description = [{The first `batchDims` dimensions of data and indices are paired. Negative indices count from the
    end; an index that is still outside is clamped into range, so that the dimension must not be empty.}];
  let arguments = (ins Graph_Tensor:$data, Graph_Index:$indices, I64Attr:$dim, DefaultValuedAttr<I64Attr, "0">:$batchDims);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$data `,` $indices `dim` $dim (`batch_dims` $batchDims^)? attr-dict `:` type($data) `,` type($indices)";
  let hasVerifier = 1;
}

def Graph_ScatterOp : Graph_InferOp<"scatter"> {
  let summary = "data [D, rest...] with updates [I, rest...] combined into the rows indices [I]; in order of I";
  let description = "Negative indices count from the end; updates whose index is still outside are dropped.";
  let arguments = (ins Graph_ScatterKind:$kind, Graph_Tensor:$data, Graph_Index:$indices, Graph_Tensor:$updates);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$kind $data `,` $indices `,` $updates attr-dict `:` type($data) `,` type($indices) `,` type($updates)";
}

def Graph_ReverseOp : Graph_InferOp<"reverse", [Structured]> {
  let summary = "Reverses the order along dimensions";
  let arguments = (ins Graph_Tensor:$input, DenseI64ArrayAttr:$dims);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$input `dims` $dims attr-dict `:` type($input)";
}

def Graph_IotaOp : Graph_PureOp<"iota"> {
  let summary = "Each element is its own index along `dim`";
  let arguments = (ins I64Attr:$dim);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "`dim` $dim attr-dict `:` type($result)";
}

def Graph_TopKOp : Graph_InferOp<"top_k"> {
  let summary = "The k largest (or smallest) elements along the last dimension, in order, and their indices (i64)";
  let description = [{Equal elements: the lower index first. k = the extent sorts. NaN counts as largest. `k` is an affine
    map of one expression over the named dimensions, proved to be at most the extent; printed as a number where it is.}];
  let arguments = (ins Graph_Tensor:$input, AffineMapAttr:$k, UnitAttr:$smallest);
  let results = (outs Graph_Tensor:$values, RankedTensorOf<[I64]>:$indices);
  let assemblyFormat = "$input `k` custom<Expression>($k) (`smallest` $smallest^)? attr-dict `:` type($input)";
  let builders = [OpBuilder<(ins "::mlir::Value":$input, "::mlir::AffineExpr":$k, "bool":$smallest)>,
                  OpBuilder<(ins "::mlir::Value":$input, "int64_t":$k, "bool":$smallest)>];
  let hasVerifier = 1;
}

def Graph_ExtentOp : Graph_PureOp<"extent"> {
  let summary = "The run-time value of an expression over the named dimensions, as a rank-0 i64 tensor";
  let arguments = (ins AffineMapAttr:$expression);
  let results = (outs RankedTensorOf<[I64]>:$result);
  let assemblyFormat = "$expression attr-dict `:` type($result)";
  let hasFolder = 1;
}

// Not pure: extents that follow in the block mention the dimension without an operand that says so.
def Graph_MeasureOp : Graph_Op<"measure", [MemoryEffects<[MemWrite]>]> {
  let summary = "Makes a number that the run computes the extent of a measured dimension";
  let description = [{`dim` is marked `measured` in graph.dims, and no other operation measures it. Types and expressions
    that mention it stand after this operation, in its block and the regions inside. A value outside the bounds ends the
    run, as does one that breaks a requirement whose last measured dimension this is.}];
  let arguments = (ins RankedTensorOf<[I64]>:$value, I64Attr:$dim);
  let assemblyFormat = "$value `dim` $dim attr-dict `:` type($value)";
  let hasVerifier = 1;
}

//===- Control --------------------------------------------------------------------------------------------------===//

def Graph_YieldOp : Graph_PureOp<"yield", [Terminator, ReturnLike]> {
  let summary = "Ends a region";
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}

def Graph_IfOp : Graph_Op<"if", [RecursiveMemoryEffects, SingleBlock]> {
  let summary = "One of two regions, by a rank-0 bool; extents that differ are measured dimensions, measured next";
  let arguments = (ins Graph_Bool:$condition);
  let regions = (region SizedRegion<1>:$thenRegion, SizedRegion<1>:$elseRegion);
  let results = (outs Variadic<Graph_Tensor>:$outputs);
  let assemblyFormat = "$condition $thenRegion `else` $elseRegion attr-dict `:` type($condition) `->` type($outputs)";
  let hasVerifier = 1;
}

def Graph_LoopOp : Graph_Op<"loop", [RecursiveMemoryEffects, SingleBlock]> {
  let summary = "Repeats the body at most `tripCount` times while the condition holds";
  let description = [{The body's arguments are the iteration (rank-0 i64, from 0) and the carried values; it yields the
    next condition (rank-0 bool) and the next carried values. Results are the last carried values. Types do not change but
    for extents that are measured dimensions: in the body's arguments those that the body measures first, in the results
    those measured next after the loop; what is yielded is measured, with the same bounds, before.}];
  let arguments = (ins RankedTensorOf<[I64]>:$tripCount, Graph_Bool:$condition, Variadic<Graph_Tensor>:$carried);
  let regions = (region SizedRegion<1>:$body);
  let results = (outs Variadic<Graph_Tensor>:$outputs);
  let assemblyFormat = [{$tripCount `while` $condition (`carry` $carried^ `:` type($carried))? $body attr-dict
                         `:` type($tripCount) `,` type($condition) `->` type($outputs)}];
  let hasVerifier = 1;
}

def Graph_CallOp : Graph_Op<"call"> {
  let summary = "Calls a function of the module";
  let arguments = (ins FlatSymbolRefAttr:$callee, Variadic<Graph_Tensor>:$inputs);
  let results = (outs Variadic<Graph_Tensor>:$outputs);
  let assemblyFormat = "$callee `(` $inputs `)` attr-dict `:` functional-type($inputs, $outputs)";
}

//===- Constants and the general structured operation -----------------------------------------------------------------===//

def Graph_ConstantOp : Graph_PureOp<"constant", [ConstantLike]> {
  let summary = "A constant; large ones are resource blobs (raw little-endian elements, bool one byte) mapped from the file";
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$value attr-dict `:` type($result)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Graph_ComputeOp : Graph_PureOp<"compute", [Structured, SingleBlock]> {
  let summary = "Any operation of the StructuredOp form, spelt out";
  let description = [{The region takes one rank-0 tensor per operand and, with reduction dimensions, the running value
    (which starts at `initial`), and yields the new value. `domainMap` gives the extents over the named dimensions.}];
  let arguments = (ins Variadic<Graph_Tensor>:$inputs, AffineMapAttr:$domainMap, DefaultValuedAttr<I64Attr, "0">:$reductions,
                       AffineMapArrayAttr:$maps, OptionalAttr<TypedAttrInterface>:$initial);
  let regions = (region SizedRegion<1>:$body);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "`(` $inputs `)` $body attr-dict `:` functional-type($inputs, $result)";
  let hasVerifier = 1;
}

#endif
