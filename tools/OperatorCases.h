//===- OperatorCases.h - what `wasmind bench operators` measures --------------------------------------------------===//
#pragma once
#include "abi/Library.h"
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace wasmind::tools {

/// Sizes of the tensors. Objects of TVM may be made for one shape only.
struct CaseSizes {
  int64_t elements = 4 << 20;            ///< of an array that is streamed; rows have 1024
  int64_t matmul = 128;                  ///< extent of square matrices
  std::vector<int64_t> conv{56, 64, 64}; ///< rows and columns of an image, its channels, those of the result; 3 x 3
};

/// One operator in one element type on given shapes, and the same in the words of others.
struct OperatorCase {
  struct Operand {
    abi::DType dtype;
    std::vector<int64_t> shape;
    std::vector<int64_t> values; ///< of a list of extents; empty: a tensor, whose elements `element` gives
  };
  std::string name;
  abi::DType dtype;
  std::vector<Operand> inputs;
  std::vector<std::pair<std::string, int64_t>> attributes;
  Operand output;
  bool isPositive = false; ///< elements lie in [0.5, 1.5), or 1..7; otherwise in [-1, 1), or -3..3
  /// Of one call: bytes that are read and written, or operations, a multiplication with its addition being two.
  double work = 0;
  bool isArithmetic = false;
  /// A model of one node that computes the same of the tensors among the inputs (ONNX, opset 20); none without `op`.
  struct {
    std::string op;
    std::string attributes;                  ///< JSON: integers and lists of them
    std::vector<std::vector<int>> inputAxes; ///< how its inputs are transposed from ours; empty: not at all
    std::vector<int> outputAxes;             ///< and our output from its own
  } onnx;

  std::string title() const { return name + " " + std::string(abi::nameOf(dtype)); }
  /// Those of its tensors.
  std::string shapes() const;
  /// "GB/s", "GFLOP/s" or "GOP/s".
  const char *unit() const;
  /// Names of linked operators that should compute the same, such as tvm_add_f32 and tvm_add_plain_f32: an ECMAScript
  /// regular expression.
  std::string kernels() const;
  /// Element `index` of every tensor, the same on all sides. bench/operators.mjs has this formula, too.
  double element(uint64_t index) const;
  nlohmann::ordered_json toJson() const;
};

/// The case of an operator with such combinations of element types; none when there is no case of this name, or none in
/// this type.
std::optional<OperatorCase> caseOf(const std::string &name, const std::vector<abi::Variant> &variants, abi::DType dtype,
                                   const CaseSizes &sizes);

/// Names of the operators with a case.
std::vector<std::string> caseNames();

} // namespace wasmind::tools
