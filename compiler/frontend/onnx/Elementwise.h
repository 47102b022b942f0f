//===- Elementwise.h - what families of operators share -----------------------------------------------------------===//
#pragma once
#include "compiler/frontend/onnx/Axes.h"

namespace wasmind::onnx {

/// Y = f(X).
Results unaryOperator(Node &node, UnaryKind kind);
/// C = f(A, B) with numpy broadcasting; before opset 7 with the attributes `broadcast` and `axis`.
Results binaryOperator(Node &node, BinaryKind kind);
Results compareOperator(Node &node, CompareKind kind);
/// Both operands with equal rank, as the attributes `broadcast` and `axis` of opsets before 7 say.
std::optional<std::pair<Value, Value>> broadcastOperands(Node &node);
/// f(f(X0, X1), X2)... of any number of inputs.
Results variadicOperator(Node &node, BinaryKind kind);

bool isFloat(Node &node, Value x);
bool isBool(Node &node, Value x);

/// What a reduction operator reduces: attribute `axes` or input 1, all axes where neither is there (or none of them,
/// with noop_with_empty_axes).
struct Reduction {
  Value x;
  Axes axes;
  bool keepDims;
  bool reducesNothing() const { return axes.count == 0; }
};
std::optional<Reduction> reductionOf(Node &node);
/// x reduced by `reduce`, which may be called for one axis after the other where only the run knows them.
Value reduceBy(Node &node, const Reduction &reduction, Value x,
               llvm::function_ref<Value(Value x, const Integers &dims, bool keepDims)> reduce);
/// The same by one kind, also of bool (max = or, min = and).
Value reduceTo(Node &node, const Reduction &reduction, ReduceKind kind, Value x);
/// ArgMax and ArgMin.
Results argOperator(Node &node, ReduceKind kind);

} // namespace wasmind::onnx
