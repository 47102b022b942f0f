//===- Pools.h - pools whose windows follow from the size of the result, and what undoes pools --------------------===//
#pragma once
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir {

/// The largest elements of windows that divide the last `spatial` dimensions of x [N, C, ...] or [C, ...] evenly into
/// `output_size` parts, input 1 or attribute, and where they are in their image: flat, in the declared type or `index`.
Operand adaptiveMaxPool(Node &node, int64_t spatial, Type index);

/// What the parameters of an operator that undoes a pool are called; from input `first` on, where they are inputs.
struct UnpoolNames {
  llvm::StringRef kernel = "ksize", strides = "strides", pads = "pads", shape = "output_shape";
  unsigned first = Node::none;
};
/// (x [N, C, ...] or [C, ...], places) and these parameters: the elements of x at these flat places of an image of
/// zeros.
Operand maxUnpool(Node &node, int64_t spatial, const UnpoolNames &names = {});

/// (x [N, C, ...] or [C, ...], samples of 0..1 [N, C, spatial]), attributes ksize, output_shape: the largest elements
/// of windows of one size, whose places the samples choose, and where they are. `reversed`: the last dimension has the
/// first sample.
Operand fractionalMaxPool(Node &node, int64_t spatial, bool reversed);

} // namespace wasmind::mindir
