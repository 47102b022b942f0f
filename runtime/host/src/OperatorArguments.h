//===- OperatorArguments.h - the arguments of a call against the operator's signature -----------------------------===//
#pragma once
#include "abi/Signature.h"
#include "wasmind.h"
#include <array>
#include <span>
#include <string>

namespace wasmind::host {

/// One argument as the module gets it. Members beside `kind` mean something for the kinds named only.
struct Operand {
  enum Kind { None, HostTensor, GuestTensor, Integer, Number, Boolean } kind;
  wasmind_tensor tensor;             ///< HostTensor
  const wasmind_guest_tensor *guest; ///< GuestTensor
  int64_t integer;                   ///< Integer, Boolean
  double number;                     ///< Number
  std::array<uint8_t, 8> scalar;     ///< what `tensor.data` points to when a number became a tensor
};

/// All operands of a call in the order of the calling convention.
struct OperatorArguments {
  std::array<Operand, abi::maxOperandCount> operands; ///< not initialised beyond `count`: calls are short
  size_t count = 0;
  size_t firstOutput = 0;
  const abi::Variant *variant = nullptr; ///< null of linked operators
  std::optional<abi::Operator> longer;   ///< what a variadic operator is called as
};

/// Sorts out positions and names, fills in defaults, turns numbers into tensors, finds the variant. `bound` must be
/// new; its tensors point into the arguments.
///
/// Throws `InvalidArgument`; the text names operator and argument.
void bindArguments(const abi::Operator &called, std::span<const wasmind_argument> arguments,
                   std::span<const wasmind_argument> outputs, OperatorArguments &bound);

/// Bytes of a dense tensor; throws `InvalidArgument`, "who: 'name': why", when an operator cannot have such a
/// shape.
uint64_t operandByteLength(std::string_view who, std::string_view name, abi::DType dtype,
                           std::span<const int64_t> shape);

/// "the nearest is 'Add'": the operator called most like `name`; "" when none is alike.
std::string nearestOperator(const std::vector<abi::Operator> &operators, std::string_view name);

} // namespace wasmind::host
