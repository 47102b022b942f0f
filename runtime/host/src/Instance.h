//===- Instance.h - a model with a memory of its own --------------------------------------------------------------===//
#pragma once
#include "runtime/host/src/Guest.h"
#include <vector>

namespace wasmind::host {

/// One instance; one thread at a time. The rules of each call stand in wasmind.h.
class Instance {
public:
  explicit Instance(std::shared_ptr<const Model> model);

  void resizeInput(size_t function, size_t input, std::span<const int64_t> shape);
  wasmind_tensor input(size_t function, size_t input);
  void run(size_t function, std::span<const wasmind_tensor> inputs);
  wasmind_tensor output(size_t function, size_t output) const;

private:
  /// One exported entry and the current extents of its inputs.
  struct Entry {
    const abi::Function *contract = nullptr;
    wasmtime_func_t function = {};
    std::vector<std::vector<int64_t>> inputShapes, outputShapes;
  };

  Entry &entry(size_t function);
  const abi::Tensor &inputOf(Entry &entry, size_t input);
  /// Values of all dims that the inputs' current extents determine; throws `InvalidArgument` when they disagree.
  void collectDims(const Entry &entry);
  void writeDims();
  /// Reads what the module derived and holds it against the bounds; throws `InvalidModule`.
  void readDims(Entry &entry);
  wasmind_tensor view(const abi::Tensor &tensor, const std::vector<int64_t> &shape) const;

  const Model &model() const { return guest.model(); }

  Guest guest;
  std::vector<Entry> entries;
  std::vector<int64_t> dimValues; ///< [dim]
  const Entry *lastRun = nullptr; ///< the entry whose outputs can be read
};

} // namespace wasmind::host
