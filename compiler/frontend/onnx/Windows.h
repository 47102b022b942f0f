//===- Windows.h - strides, pads and dilations of convolutions and pools ------------------------------------------===//
#pragma once
#include "compiler/frontend/onnx/Operator.h"

namespace wasmind::onnx {

/// Reads `strides`, `dilations`, `pads` and `auto_pad` for x [N, C, spatial...] and a kernel of these spatial extents.
/// SAME_* needs static spatial extents where the stride is not 1.
std::optional<Compose::Window> windowOf(Node &node, Value x, llvm::ArrayRef<int64_t> kernel);

/// Whether the window fits the padded input for all extents; fails the node where it does not.
bool checkFit(Node &node, Value x, llvm::ArrayRef<int64_t> kernel, const Compose::Window &window);

/// The kernel of a pool from `kernel_shape`, and its window with `ceil_mode`: padHigh is enlarged where the last window
/// hangs over the padded input; `overhang` tells by how much.
struct Pool {
  Integers kernel;
  Compose::Window window;
  Integers overhang;
};
std::optional<Pool> poolOf(Node &node, Value x);

/// Pads for which dimension i of the result is ceil(input / stride), the larger half at the end or (`lower`) the start.
void samePad(Compose::Window &window, size_t i, int64_t input, int64_t kernel, bool lower);

} // namespace wasmind::onnx
