//===- LibraryJson.cpp - the signature's operator library as JSON -------------------------------------------------===//
#include "abi/FieldReader.h"
#include <limits>

namespace wasmind::abi {
namespace {

/// JSON has no numbers for these.
constexpr std::string_view infinity = "inf", negativeInfinity = "-inf", notANumber = "nan";

double readNumber(FieldReader &reader, const Json &value, const std::string &where) {
  if (value.is_number())
    return value.get<double>();
  if (!value.is_string())
    return reader.fail(where, "not a number"), 0;
  std::string text = reader.text(value, where);
  if (text == infinity)
    return std::numeric_limits<double>::infinity();
  if (text == negativeInfinity)
    return -std::numeric_limits<double>::infinity();
  if (text != notANumber)
    reader.fail(where, "'" + text + "' is neither a number nor inf, -inf or nan");
  return std::numeric_limits<double>::quiet_NaN();
}

/// An integer that a double holds exactly, however JSON writes it: readers of other languages see doubles only.
int64_t readInteger(FieldReader &reader, const Json &value, const std::string &where) {
  const double number = value.is_number() ? value.get<double>() : 0.5;
  if (number != std::trunc(number))
    return reader.fail(where, "not an integer"), 0;
  if (std::fabs(number) > double(maxSignatureInteger))
    return reader.fail(where, FieldReader::digits(number) + " is not within +-" + std::to_string(maxSignatureInteger)),
           0;
  return int64_t(number);
}

Attribute readAttribute(FieldReader &reader, const Json &json, const std::string &where) {
  Attribute attribute;
  attribute.name = reader.text(json, where, "name");
  std::string type = reader.text(json, where, "type");
  if (std::optional<AttributeType> known = parseAttributeType(type))
    attribute.type = *known;
  else
    reader.fail(where + ".type", "unknown attribute type '" + type + "'", Error::Kind::Unsupported);
  const Json *value = reader.member(json, where, "default", false);
  attribute.hasDefault = value != nullptr;
  if (!value)
    return attribute;
  const std::string place = where + ".default";
  switch (attribute.type) {
  case AttributeType::I64:
    attribute.defaultInteger = readInteger(reader, *value, place);
    break;
  case AttributeType::F64:
    attribute.defaultNumber = readNumber(reader, *value, place);
    break;
  case AttributeType::Bool:
    attribute.defaultInteger = reader.boolean(json, where, "default", false, true);
    break;
  }
  return attribute;
}

std::vector<DType> readDTypes(FieldReader &reader, const Json &json, const std::string &where, const char *key) {
  std::vector<DType> dtypes;
  for (const Json &entry : reader.array(json, where, key)) {
    dtypes.push_back(reader.dtype(entry, FieldReader::at(FieldReader::join(where, key), dtypes.size())));
    if (reader.failure)
      break;
  }
  return dtypes;
}

std::vector<std::string> readNames(FieldReader &reader, const Json &json, const std::string &where, const char *key) {
  std::vector<std::string> names;
  for (const Json &entry : reader.array(json, where, key)) {
    names.push_back(reader.text(entry, FieldReader::at(FieldReader::join(where, key), names.size())));
    if (reader.failure)
      break;
  }
  return names;
}

Operator readOperator(FieldReader &reader, const Json &json, const std::string &where) {
  Operator read;
  read.name = reader.text(json, where, "name");
  read.exportName = reader.text(json, where, "export");
  std::string origin = reader.text(json, where, "origin");
  if (std::optional<Origin> known = parseOrigin(origin))
    read.origin = *known;
  else
    reader.fail(where + ".origin", "unknown origin '" + origin + "'", Error::Kind::Unsupported);
  if (read.origin == Origin::Linked)
    return read;
  read.inputs = readNames(reader, json, where, "inputs");
  for (const Json &entry : reader.array(json, where, "attributes")) {
    read.attributes.push_back(
        readAttribute(reader, entry, FieldReader::at(where + ".attributes", read.attributes.size())));
    if (reader.failure)
      return read;
  }
  read.outputs = readNames(reader, json, where, "outputs");
  for (const Json &entry : reader.array(json, where, "variants")) {
    const std::string place = FieldReader::at(where + ".variants", read.variants.size());
    read.variants.push_back({readDTypes(reader, entry, place, "inputs"), readDTypes(reader, entry, place, "outputs")});
    if (reader.failure)
      return read;
  }
  read.variadic = reader.boolean(json, where, "variadic", false, false);
  return read;
}

OrderedJson writeDefault(const Attribute &attribute) {
  switch (attribute.type) {
  case AttributeType::I64:
    return attribute.defaultInteger;
  case AttributeType::Bool:
    return attribute.defaultInteger != 0;
  case AttributeType::F64:
    break;
  }
  const double value = attribute.defaultNumber;
  if (std::isnan(value))
    return notANumber;
  if (std::isinf(value))
    return value > 0 ? infinity : negativeInfinity;
  return value;
}

OrderedJson writeDTypes(const std::vector<DType> &dtypes) {
  OrderedJson names = OrderedJson::array();
  for (DType dtype : dtypes)
    names.push_back(nameOf(dtype));
  return names;
}

OrderedJson writeOperator(const Operator &written) {
  OrderedJson json = {{"name", written.name}, {"export", written.exportName}, {"origin", nameOf(written.origin)}};
  if (written.origin == Origin::Linked)
    return json;
  json["inputs"] = written.inputs;
  if (written.variadic)
    json["variadic"] = true;
  OrderedJson &attributes = json["attributes"] = OrderedJson::array();
  for (const Attribute &attribute : written.attributes) {
    OrderedJson &entry =
        attributes.emplace_back(OrderedJson{{"name", attribute.name}, {"type", nameOf(attribute.type)}});
    if (attribute.hasDefault)
      entry["default"] = writeDefault(attribute);
  }
  json["outputs"] = written.outputs;
  OrderedJson &variants = json["variants"] = OrderedJson::array();
  for (const Variant &variant : written.variants)
    variants.push_back(OrderedJson{{"inputs", writeDTypes(variant.inputs)}, {"outputs", writeDTypes(variant.outputs)}});
  return json;
}

} // namespace

Library readLibrary(FieldReader &reader, const Json &json) {
  Library library;
  for (const Json &entry : reader.array(json, "library", "operators")) {
    library.operators.push_back(
        readOperator(reader, entry, FieldReader::at("library.operators", library.operators.size())));
    if (reader.failure)
      break;
  }
  return library;
}

OrderedJson writeLibrary(const Library &library) {
  OrderedJson operators = OrderedJson::array();
  for (const Operator &each : library.operators)
    operators.push_back(writeOperator(each));
  return {{"operators", std::move(operators)}};
}

} // namespace wasmind::abi
