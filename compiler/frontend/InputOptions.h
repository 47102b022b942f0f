//===- InputOptions.h - what the user of the compiler says about a model's inputs ---------------------------------===//
//
// No LLVM, so that the compiler's library and its front ends share it.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "abi/DType.h"
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace wasmind {

/// A dense row-major tensor that owns its bytes.
struct TensorData {
  abi::DType dtype = abi::DType::F32;
  std::vector<int64_t> shape;
  std::vector<uint8_t> bytes;
};

/// The value of an input that is known while compiling: an array, or numbers.
struct InputValue {
  std::optional<TensorData> array; ///< must have the input's element type
  /// Without an array: the elements as text, row-major, read as the input's element type has them.
  std::vector<std::string> numbers;
  /// The shape of `numbers`; none: that of the input, as far as they fill it.
  std::optional<std::vector<int64_t>> shape;
};

struct InputOptions {
  /// Inputs that become constants of the model, by name.
  std::map<std::string, InputValue> constants;
  /// Shapes of inputs, by name: an extent per axis, a number or the name of one that run time knows.
  std::map<std::string, std::vector<std::string>> shapes;
  /// How many tensors an input holds that is a sequence or an optional, by name; none: an optional that is empty.
  std::map<std::string, std::optional<int64_t>> sequences;
  /// Whether an input for which the model has a default value stays an input; else the value is a constant.
  bool overridableDefaults = false;
  /// Key of the random numbers of nodes that have no seed of their own; without it, such nodes are refused.
  std::optional<uint64_t> seed;
};

/// What a node lacks that has neither a seed of its own nor one from the user.
inline constexpr const char *noSeed = "draws random numbers without a seed, so they could be any; give --seed N "
                                      "(seed=N in Python)";

} // namespace wasmind
