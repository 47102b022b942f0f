//===- Packing.h - the dense data that kernels work on -----------------------------------------------------------===//
#pragma once
#include "runtime/guest/Tensor.h"

namespace wasmind::guest {

/// The tensor's shape over dense row-major data.
Tensor denseAt(const Tensor &tensor, void *data);

/// Copies all elements of `tensor` to or from dense data.
void copyDense(const Tensor &tensor, char *dense, bool toTensor);

/// Tensors as dense data, where they lie or in workspaces, and other workspaces of a call. All are released with it.
class Packing {
public:
  Packing() = default;
  Packing(const Packing &) = delete;
  ~Packing();

  /// A workspace, or null when there is no memory.
  void *allocate(uint64_t byteLength);
  /// The elements of an input.
  void *input(const Tensor &tensor);
  /// Where a kernel writes the elements of an output. The tensor must live until `finish`.
  void *output(const Tensor &tensor);
  /// Brings what was written to the outputs.
  void finish() const;

  /// Whether something got no memory.
  bool isIncomplete() const { return incomplete; }

private:
  static constexpr int32_t most = 16;
  bool incomplete = false;
  int32_t count = 0;
  void *blocks[most];
  const Tensor *outputs[most]; ///< what the block is copied to; null of other blocks
};

} // namespace wasmind::guest
