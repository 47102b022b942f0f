//===- Elementwise.h - what the elementwise primitives share ------------------------------------------------------===//
#pragma once
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir {

/// Input i with the declared float type, which MindSpore's mathematical functions give for integers too.
Value floatInput(Node &node, unsigned i = 0);

/// f(x) of floats, and of integers as floats, brought back to the declared type or theirs.
Value throughFloats(Node &node, Value x, llvm::function_ref<Value(Value)> f);

/// f(x)
Operand unary(Node &node, UnaryKind kind);

/// Inputs 0 and 1 as tensors of one type, by MindSpore's implicit conversion: a Python number takes the tensor's type
/// (a float beside integers makes both float32); of two tensors the wider type wins.
std::pair<Value, Value> promote(Node &node, unsigned first = 0, unsigned second = 1);

/// f(x, y) in the declared result type, where there is one: `Div` of integers declares float32.
Operand binary(Node &node, BinaryKind kind);
Operand compare(Node &node, CompareKind kind);
/// f(x, y) on bool, of anything made bool by `!= 0`.
Operand logical(Node &node, BinaryKind kind);
/// x + scale * y, where the scale is input 2 (`alpha`).
Operand addScaled(Node &node, BinaryKind kind);
/// The larger or smaller one; beside NaN, the other.
Operand extremeNumber(Node &node, BinaryKind kind);
/// log(base^x + base^y) / log(base).
Operand logOfSum(Node &node, double logBase);
Value logAddExp(Compose &b, Value x, Value y, double logBase);
/// x + value * f(a, b) of (x, a, b, value).
Operand addCombined(Node &node, BinaryKind kind);

} // namespace wasmind::mindir
