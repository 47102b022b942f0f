//===- Axes.h - axes that a model gives as an attribute, a constant, or numbers of the run ------------------------===//
#pragma once
#include "compiler/frontend/onnx/Operator.h"

namespace wasmind::onnx {

/// Distinct axes of a tensor.
struct Axes {
  bool areGiven = false;
  int64_t count = 0;
  Integers dims; ///< sorted, where they are known while compiling
  Value flags;   ///< else i64 [rank], 1 where an axis is named and 0 elsewhere
  explicit operator bool() const { return areGiven; }
};

/// Those of a tensor of `rank`, which were an attribute up to some opset and are input `i` since: the node has one of
/// both or none. `addsAxes`: they index a result that has them besides the `rank` others.
std::optional<Axes> axesOf(Node &node, unsigned i, llvm::StringRef attribute, int64_t rank, bool addsAxes = false);

/// Lists i64 [rank] with the entries of `lists` (i64 [k]) in the places of the axes in input `i` [k], which are checked
/// when the run gets there, and `others` elsewhere.
llvm::SmallVector<Value> placeByAxes(Node &node, unsigned i, int64_t rank, llvm::ArrayRef<Value> lists,
                                     const Integers &others);

/// What `make` gives for the one axis in input `i`; by branches where only the run knows it.
Value chooseByAxis(Node &node, unsigned i, int64_t rank, llvm::function_ref<Value(int64_t dim)> make);

/// x without the axes, of which each has an extent of 1.
Value dropAxes(Node &node, Value x, const Axes &axes);
/// x with axes of extent 1 added.
Value addAxes(Node &node, Value x, const Axes &axes);

} // namespace wasmind::onnx
