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
  void reset();
  /// Of a dim that the module keeps: what the next run starts from.
  int64_t extent(size_t dim) const;

private:
  /// One exported entry and the current extents of its inputs.
  struct Entry {
    const abi::Function *contract = nullptr;
    wasmtime_func_t function = {};
    std::vector<std::vector<int64_t>> inputShapes, outputShapes;
    std::vector<std::vector<int64_t>> givenShapes; ///< of a run's inputs, until the run is known to be possible
    std::vector<bool> isSet;                       ///< [input]: given to a run, or its view handed out
  };

  Entry &entry(size_t function);
  const abi::Tensor &inputOf(Entry &entry, size_t input);
  /// Checks the given inputs against their entries, and fills `givenShapes`. Throws `InvalidArgument`; nothing is
  /// written.
  void checkInputs(Entry &entry, std::span<const wasmind_tensor> inputs) const;
  /// Copies the given inputs to their places, whatever memory they lie in.
  void writeInputs(Entry &entry, std::span<const wasmind_tensor> inputs);
  /// Where the value of a dim comes from: an axis of an input, or, without one, the state.
  struct Source {
    const abi::Tensor *input = nullptr;
    size_t axis = 0;
  };
  using Sources = std::vector<std::optional<Source>>; // [dim]
  std::string describe(size_t dim, const Source &source) const;
  /// Values of all dims that the inputs' extents and the state determine; throws `InvalidArgument` when they disagree.
  void collectDims(const Entry &entry, const std::vector<std::vector<int64_t>> &inputShapes);
  void checkSums(const Sources &sources) const;
  void writeState();
  void writeDims();
  void writeDim(const abi::Dim &dim, int64_t extent);
  int32_t readDim(const abi::Dim &dim) const;
  /// " (height = 100, width = 64)": the dims that are known before a run, for the end of a message; empty without any.
  std::string givenDims() const;
  /// Reads what the module derived and checks it against the bounds; throws `InvalidModule`.
  void readDims(Entry &entry);
  wasmind_tensor view(const abi::Tensor &tensor, const std::vector<int64_t> &shape) const;

  const Model &model() const { return guest.model(); }

  Guest guest;
  std::vector<Entry> entries;
  std::vector<int64_t> dimValues; ///< [dim]
  const Entry *lastRun = nullptr; ///< the entry whose outputs can be read
};

} // namespace wasmind::host
