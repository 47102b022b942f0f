//===- Windows.h - strides, pads and dilations of convolutions and pools ------------------------------------------===//
#pragma once
#include "compiler/frontend/onnx/Operator.h"

namespace wasmind::onnx {

/// Reads `strides`, `dilations`, `pads` and `auto_pad` for x [N, C, spatial...] and a kernel of these spatial extents.
/// `transposed`: SAME_* leaves the pads at 0, because they follow from the result.
std::optional<Compose::Window> windowOf(Node &node, Value x, llvm::ArrayRef<int64_t> kernel, bool transposed = false);

/// Whether the window fits the padded input for all extents; fails the node where it does not.
bool checkFit(Node &node, Value x, llvm::ArrayRef<int64_t> kernel, const Compose::Window &window);

/// The kernel of a pool from `kernel_shape`, and its window before `ceil_mode` rounds it up.
struct Pool {
  Integers kernel;
  Compose::Window window;
  bool roundsUp;
};
std::optional<Pool> poolOf(Node &node, Value x);
Compose::Window roundedWindow(Node &node, Value x, const Pool &pool);

} // namespace wasmind::onnx
