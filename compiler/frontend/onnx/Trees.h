//===- Trees.h - ensembles of decision trees as tensor arithmetic -------------------------------------------------===//
//
// All trees are walked at once: `depth` times, the node of each row and tree becomes its true or false child, which are
// gathered from tables; leaves are their own children. The leaves' weights, a table [nodes, targets], are gathered and
// aggregated over the trees.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/onnx/Operator.h"

namespace wasmind::onnx {

/// Reads the `nodes_*` attributes and those of the leaves ("class" or "target") of operators before version 5 and
/// evaluates the ensemble for the input [rows, features]: [rows, targets], without base values.
Value evaluateTrees(Node &node, llvm::StringRef leaves, int64_t targetCount, ReduceKind aggregate, bool average);

/// The same for the attributes of version 5, which keep interior nodes and leaves apart.
Value evaluateForest(Node &node, int64_t targetCount, ReduceKind aggregate, bool average);

/// The attribute `post_transform` of scores [rows, classes]; version 5 counts the functions instead.
Value postTransform(Node &node, Value scores);
Value postTransform(Node &node, Value scores, llvm::StringRef function);

} // namespace wasmind::onnx
