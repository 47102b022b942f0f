//===- Library.cpp - names and rules of operator libraries --------------------------------------------------------===//
#include "abi/Signature.h"
#include <algorithm>
#include <set>

namespace wasmind::abi {

std::string_view nameOf(AttributeType type) {
  switch (type) {
#define WASMIND_ATTRIBUTE_TYPE(enumerator, name, typeIndex)                                                            \
  case AttributeType::enumerator:                                                                                      \
    return name;
#include "abi/abi.def"
  }
  return "";
}

std::optional<AttributeType> parseAttributeType(std::string_view text) {
#define WASMIND_ATTRIBUTE_TYPE(enumerator, name, typeIndex)                                                            \
  if (text == name)                                                                                                    \
    return AttributeType::enumerator;
#include "abi/abi.def"
  return std::nullopt;
}

std::string_view nameOf(Origin origin) {
  switch (origin) {
#define WASMIND_ORIGIN(enumerator, name)                                                                               \
  case Origin::enumerator:                                                                                             \
    return name;
#include "abi/abi.def"
  }
  return "";
}

std::optional<Origin> parseOrigin(std::string_view text) {
#define WASMIND_ORIGIN(enumerator, name)                                                                               \
  if (text == name)                                                                                                    \
    return Origin::enumerator;
#include "abi/abi.def"
  return std::nullopt;
}

Operator Operator::withInputs(size_t count) const {
  Operator longer = *this;
  longer.variadic = false;
  while (longer.inputs.size() < count)
    longer.inputs.push_back(inputs.back() + "[" + std::to_string(longer.inputs.size() - inputs.size() + 1) + "]");
  for (Variant &variant : longer.variants)
    variant.inputs.resize(count, variant.inputs.back());
  return longer;
}

const Operator *Library::findOperator(std::string_view name) const {
  for (const Operator &candidate : operators)
    if (candidate.name == name)
      return &candidate;
  return nullptr;
}

namespace {

std::string at(const std::string &list, size_t index) { return list + "[" + std::to_string(index) + "]"; }

/// The first broken rule, or "".
class LibraryValidator {
public:
  explicit LibraryValidator(const Signature &signature) : signature(signature) {}

  std::string run() {
    checkRest();
    const std::vector<Operator> &operators = signature.library->operators;
    if (operators.empty())
      fail("library.operators", "empty");
    std::set<std::string_view> names, exports;
    for (size_t index = 0; index < operators.size() && broken.empty(); ++index) {
      const Operator &each = operators[index];
      const std::string where = at("library.operators", index);
      if (each.name.empty() || each.name.size() > maxOperatorNameByteLength)
        fail(where + ".name", "not 1.." + std::to_string(maxOperatorNameByteLength) + " bytes long");
      if (!names.insert(each.name).second)
        fail(where + ".name", "'" + each.name + "' is named twice");
      if (each.exportName.size() <= operatorExportPrefix.size() || !each.exportName.starts_with(operatorExportPrefix))
        fail(where + ".export", "'" + each.exportName + "' does not start with " + std::string(operatorExportPrefix));
      if (!exports.insert(each.exportName).second)
        fail(where + ".export", "'" + each.exportName + "' is used twice");
      if (each.origin == Origin::Wasmind)
        checkArguments(where, each);
      else if (each.argumentCount() != 0 || !each.variants.empty())
        fail(where, "a linked operator has no inputs, attributes, outputs or variants");
    }
    return std::move(broken);
  }

private:
  void fail(const std::string &where, const std::string &reason) {
    if (broken.empty())
      broken = where + ": " + reason;
  }

  /// What a model has and a library has not.
  void checkRest() {
    if (!signature.functions.empty())
      fail("functions", "not empty although the module is an operator library");
    if (!signature.dims.empty())
      fail("dims", "not empty although the module is an operator library");
    const std::pair<const char *, const Region *> parts[] = {{"memory.extents", &signature.memory.extents},
                                                             {"memory.arena", &signature.memory.arena},
                                                             {"memory.weights", &signature.memory.weights}};
    for (auto [name, region] : parts)
      if (region->byteLength != 0)
        fail(name, "not empty although the module is an operator library");
    if (signature.weights.external)
      fail("weights.storage", "external although the module is an operator library");
  }

  void checkArguments(const std::string &where, const Operator &each) {
    std::set<std::string_view> names;
    auto checkName = [&](const std::string &place, const std::string &name, bool mayBeOut) {
      if (name.empty())
        fail(place, "empty");
      if (!mayBeOut && name == "out")
        fail(place, "'out' is what callers name given outputs by");
      if (!names.insert(name).second)
        fail(place, "'" + name + "' is named twice");
    };
    for (size_t index = 0; index < each.inputs.size(); ++index)
      checkName(at(where + ".inputs", index), each.inputs[index], false);
    for (size_t index = 0; index < each.attributes.size(); ++index)
      checkAttribute(at(where + ".attributes", index), each.attributes[index], checkName);
    for (size_t index = 0; index < each.outputs.size(); ++index)
      checkName(at(where + ".outputs", index), each.outputs[index], true);
    if (each.outputs.empty())
      fail(where + ".outputs", "empty");
    if (each.variadic && each.inputs.empty())
      fail(where + ".variadic", "there is no input");
    if (each.argumentCount() > maxOperandCount)
      fail(where, std::to_string(each.argumentCount()) + " inputs, attributes and outputs are over " +
                      std::to_string(maxOperandCount));
    if (each.variants.empty())
      fail(where + ".variants", "empty");
    checkVariants(where + ".variants", each);
  }

  template <typename CheckName>
  void checkAttribute(const std::string &where, const Attribute &attribute, CheckName &checkName) {
    checkName(where + ".name", attribute.name, false);
    if (!attribute.hasDefault)
      return;
    const auto bound = int64_t(maxSignatureInteger);
    if (attribute.type == AttributeType::I64 && (attribute.defaultInteger < -bound || attribute.defaultInteger > bound))
      fail(where + ".default", std::to_string(attribute.defaultInteger) + " is not within +-" + std::to_string(bound));
    if (attribute.type == AttributeType::Bool && attribute.defaultInteger != 0 && attribute.defaultInteger != 1)
      fail(where + ".default", "not true or false");
  }

  void checkVariants(const std::string &list, const Operator &each) {
    std::set<std::pair<std::vector<DType>, std::vector<DType>>> seen;
    for (size_t index = 0; index < each.variants.size() && broken.empty(); ++index) {
      const Variant &variant = each.variants[index];
      const std::string where = at(list, index);
      if (variant.inputs.size() != each.inputs.size())
        fail(where + ".inputs", std::to_string(variant.inputs.size()) + " element types where the operator has " +
                                    std::to_string(each.inputs.size()) + " inputs");
      if (variant.outputs.size() != each.outputs.size())
        fail(where + ".outputs", std::to_string(variant.outputs.size()) + " element types where the operator has " +
                                     std::to_string(each.outputs.size()) + " outputs");
      if (!seen.emplace(variant.inputs, variant.outputs).second)
        fail(where, "is there twice");
    }
  }

  const Signature &signature;
  std::string broken;
};

} // namespace

std::string validateLibrary(const Signature &signature) { return LibraryValidator(signature).run(); }

} // namespace wasmind::abi
