//===- Instance.h - a model with a memory of its own --------------------------------------------------------------===//
#pragma once
#include "runtime/host/src/Model.h"
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
  wasmtime_extern_t exported(std::string_view name);
  /// Calls an export of type () -> i32. Throws `Trap` or `Limit` and marks the instance as broken.
  int32_t call(const wasmtime_func_t &function);
  /// Values of all dims that the inputs' current extents determine; throws `InvalidArgument` when they disagree.
  void collectDims(const Entry &entry);
  void writeDims();
  /// Reads what the module derived and holds it against the bounds; throws `InvalidModule`.
  void readDims(Entry &entry);
  /// The module's text of its last error, or "" when it has none that can be read.
  std::string errorText();
  wasmind_tensor view(const abi::Tensor &tensor, const std::vector<int64_t> &shape) const;
  [[noreturn]] void breakDown(wasmind_status status, const std::string &text);

  std::shared_ptr<const Model> model;
  Deadline::State deadline; ///< read by the store's callback: declared before the store, so destroyed after it
  StoreHandle store;
  wasmtime_context_t *context = nullptr;
  wasmtime_instance_t instance = {};
  uint8_t *memory = nullptr;
  wasmtime_func_t errorFunction = {};
  std::vector<Entry> entries;
  std::vector<int64_t> dimValues; ///< [dim]
  const Entry *lastRun = nullptr; ///< the entry whose outputs can be read
  std::string breakage;           ///< why the instance cannot be used any more; empty while it can
};

} // namespace wasmind::host
