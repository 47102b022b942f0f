//===- Random.h - operators that draw random numbers --------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/onnx/Operator.h"
#include "compiler/graph/Random.h"

namespace wasmind::onnx {

/// One draw per element of a shape; its key is the bits of attribute seed as a float, and 0. Without that, it is the
/// user's seed; the node fails where there is none.
graph::Draw draw(Node &node, const Extents &shape);

/// What an operator draws whose numbers have a shape, that of attribute `shape` or, with `isLike`, of its input, and
/// the type of attribute dtype, by default float, or the input's.
Results drawNumbers(Node &node, bool isLike, llvm::function_ref<Value(graph::Draw &, Type)> numbers);
/// Standard normal numbers times attribute scale, plus attribute mean; numbers from attribute low to high.
Results drawNormal(Node &node, bool isLike);
Results drawUniform(Node &node, bool isLike);

/// (x with elements dropped with probability `ratio`, which ones are kept); the others are divided by 1 - ratio.
/// `ratio` is a rank-0 float, `trains` a rank-0 bool, or null.
std::pair<Value, Value> dropOut(Node &node, Value x, Value ratio, Value trains);

} // namespace wasmind::onnx
