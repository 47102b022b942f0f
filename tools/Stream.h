//===- Stream.h - inputs that come one after the other ------------------------------------------------------------===//
#pragma once
#include "tools/Array.h"

namespace wasmind::tools {

/// Arrays whose leading axis is time: an array with one axis more than its input has an element per run, any other is
/// the same in all runs.
class Stream {
public:
  /// `arrays`: one per input of `entry`, in order; they outlive the stream. Throws Refusal when none has the additional
  /// axis, when their lengths differ, or when there is no run.
  Stream(std::vector<Array> &arrays, const Signature::Function &entry);

  size_t length() const { return runCount; }
  /// Views of what the inputs are in one run.
  std::vector<Tensor> inputsOf(size_t run);

private:
  std::vector<Array> &arrays;
  std::vector<bool> isStreamed; ///< [input]
  size_t runCount = 0;
};

/// Shortens inputs whose extents follow from state, such as a mask over what a cache holds, to the leading elements
/// that the instance's next run takes of them: along each axis whose dim is kept, or the sum of dims that are known.
/// Others stay as they are. `inputs` are one per input of entry `function`; the views may point into `storage`
/// afterwards.
void cutToState(const Instance &instance, size_t function, std::vector<Tensor> &inputs, std::vector<Array> &storage);

/// The outputs of run after run as arrays with a leading axis.
class StackedOutputs {
public:
  explicit StackedOutputs(const Signature::Function &entry) : entry(entry), arrays(entry.outputs.size()) {}

  /// Throws Refusal when an output has another shape than in the runs before.
  void add(const std::vector<Tensor> &outputs);
  std::vector<Array> take() { return std::move(arrays); }

private:
  const Signature::Function &entry;
  std::vector<Array> arrays;
};

} // namespace wasmind::tools
