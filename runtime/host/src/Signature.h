//===- Signature.h - a model's signature as the C interface shows it ----------------------------------------------===//
#pragma once
#include "abi/Signature.h"
#include "wasmind.h"
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wasmind::host {

/// The contract's signature with the arrays the C structs point into. Not copied: the infos point into it.
class Signature {
public:
  /// Parses and validates; throws `InvalidModule` or `Unsupported`.
  explicit Signature(std::string json);
  Signature(const Signature &) = delete;

  const abi::Signature &contract() const { return parsed; }
  const std::string &json() const { return text; }
  const abi::Function *function(size_t index) const {
    return index < parsed.functions.size() ? &parsed.functions[index] : nullptr;
  }

  /// With a null name when there is no such dim, function or tensor.
  wasmind_dim_info dim(size_t index) const;
  wasmind_tensor_info input(size_t function, size_t index) const { return find(inputs, function, index); }
  wasmind_tensor_info output(size_t function, size_t index) const { return find(outputs, function, index); }
  wasmind_tensor_info state(size_t function, size_t index) const { return find(states, function, index); }

  /// Of axis a of a tensor of this signature: index of its dim, or -1.
  const std::vector<int32_t> &dimsOf(const abi::Tensor &tensor) const { return axesOf.at(&tensor)->dims; }

private:
  std::vector<std::string> sums; ///< [dim]: what it equals, "" where that is nothing
  /// Per-axis facts of one tensor.
  struct Axes {
    const abi::Tensor *tensor;
    std::vector<int64_t> bounds;
    std::vector<int32_t> dims;
  };
  using Lists = std::vector<std::vector<Axes>>; // [function][tensor]
  using DimIndexes = std::unordered_map<std::string_view, size_t>;
  Axes describe(const abi::Tensor &tensor, const DimIndexes &indexes) const;
  static wasmind_tensor_info show(const Axes &axes);
  static wasmind_tensor_info find(const Lists &lists, size_t function, size_t index);

  std::string text;
  abi::Signature parsed;
  Lists inputs, outputs, states;
  std::unordered_map<const abi::Tensor *, const Axes *> axesOf;
};

} // namespace wasmind::host
