//===- Elementwise.h - what families of operators share -----------------------------------------------------------===//
#pragma once
#include "compiler/frontend/onnx/Operator.h"

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
/// with noop_with_empty_axes). `dims` may be empty: nothing is reduced.
struct Reduction {
  Value x;
  Integers dims;
  bool keepDims;
};
std::optional<Reduction> reductionOf(Node &node);
/// The reduction itself, also of bool (max = or, min = and).
Value reduceTo(Node &node, const Reduction &reduction, ReduceKind kind, Value x);
/// ArgMax and ArgMin.
Results argOperator(Node &node, ReduceKind kind);

} // namespace wasmind::onnx
