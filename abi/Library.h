//===- Library.h - what an operator library says about itself -----------------------------------------------------===//
//
// The part `library` of a signature (spec.md, "Operator libraries"): the operators a module exports, each called
// through the same function type with tensors described in the module's memory. Include Signature.h, which includes
// this.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "abi/DType.h"
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wasmind::abi {

/// Type of an attribute, an argument that is a number and not a tensor.
enum class AttributeType : uint8_t {
#define WASMIND_ATTRIBUTE_TYPE(enumerator, name, typeIndex) enumerator,
#include "abi/abi.def"
};
/// "i64", "f64", "bool".
std::string_view nameOf(AttributeType type);
std::optional<AttributeType> parseAttributeType(std::string_view name);

/// A named number an operator takes besides its tensors.
struct Attribute {
  std::string name;
  AttributeType type = AttributeType::F64;
  bool hasDefault = false;    ///< without one, every call must give the attribute
  int64_t defaultInteger = 0; ///< of I64 (within +-(2^53 - 1)) and Bool (0 or 1)
  double defaultNumber = 0;   ///< of F64; may be infinite or NaN

  static Attribute required(std::string name, AttributeType type) { return {std::move(name), type, false, 0, 0}; }
  static Attribute integer(std::string name, int64_t value) {
    return {std::move(name), AttributeType::I64, true, value, 0};
  }
  static Attribute number(std::string name, double value) {
    return {std::move(name), AttributeType::F64, true, 0, value};
  }
  static Attribute boolean(std::string name, bool value) {
    return {std::move(name), AttributeType::Bool, true, value, 0};
  }
};

/// A combination of element types that is built in. Lists are in the order of the operator's inputs and outputs.
struct Variant {
  std::vector<DType> inputs, outputs;
};

/// Who made the kernel.
enum class Origin : uint8_t {
#define WASMIND_ORIGIN(enumerator, name) enumerator,
#include "abi/abi.def"
};
std::string_view nameOf(Origin origin);
std::optional<Origin> parseOrigin(std::string_view name);

/// One operator. Of a linked one nothing but name and export is known: inputs, attributes, outputs and variants are
/// empty, calls give all arguments in order, outputs included.
struct Operator {
  std::string name;       ///< what hosts call it by; unique
  std::string exportName; ///< of the function in the module; unique
  Origin origin = Origin::Wasmind;
  std::vector<std::string> inputs; ///< names of the tensors read
  std::vector<Attribute> attributes;
  std::vector<std::string> outputs; ///< names of the tensors written
  std::vector<Variant> variants;    ///< the first whose inputs match the given tensors is run
  bool variadic = false;            ///< more tensors like the last input may follow it

  size_t argumentCount() const { return inputs.size() + attributes.size() + outputs.size(); }
  /// A variadic operator as the one of `count` inputs that a call with so many tensors is of; not fewer than it has.
  Operator withInputs(size_t count) const;
};

struct Library {
  std::vector<Operator> operators;

  const Operator *findOperator(std::string_view name) const;
};

} // namespace wasmind::abi
