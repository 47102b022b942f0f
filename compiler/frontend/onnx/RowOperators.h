//===- RowOperators.h - dimensions that make up one row of softmax and its kin ------------------------------------===//
#pragma once
#include "compiler/frontend/onnx/Operator.h"

namespace wasmind::onnx {

/// The one dimension `axis` (default -1) since opset 13; before, all dimensions from `axis` (default 1) on.
std::optional<Integers> rowDims(Node &node);

} // namespace wasmind::onnx
