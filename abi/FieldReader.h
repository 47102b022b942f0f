//===- FieldReader.h - JSON that is not trusted -------------------------------------------------------------------===//
//
// Private to this folder: what the readers of the signature's parts share.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "abi/Signature.h"
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace wasmind::abi {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

/// Reads fields of an untrusted JSON value; after the first failure every read returns a default and changes nothing.
class FieldReader {
public:
  std::optional<Error> failure;
  std::string whole = "signature"; ///< what the whole text is called in errors

  void fail(const std::string &where, const std::string &reason, Error::Kind kind = Error::Kind::Invalid) {
    if (!failure)
      failure = Error{kind, where + ": " + reason};
  }

  /// The member `key` of an object, or null when it is missing (which is an error when it is required).
  const Json *member(const Json &object, const std::string &where, const char *key, bool isRequired = true) {
    if (failure)
      return nullptr;
    if (!object.is_object()) {
      fail(where.empty() ? whole : where, "not an object");
      return nullptr;
    }
    auto found = object.find(key);
    if (found != object.end())
      return &*found;
    if (isRequired)
      fail(join(where, key), "missing");
    return nullptr;
  }

  std::string text(const Json &object, const std::string &where, const char *key, bool isRequired = true) {
    const Json *value = member(object, where, key, isRequired);
    return value ? text(*value, join(where, key)) : std::string();
  }

  std::string text(const Json &value, const std::string &where) {
    const auto *string = value.get_ptr<const Json::string_t *>();
    if (!string)
      return fail(where, "not a string"), std::string();
    if (string->find('\0') != std::string::npos)
      return fail(where, "contains a zero byte"), std::string();
    return *string;
  }

  bool boolean(const Json &object, const std::string &where, const char *key, bool fallback, bool isRequired) {
    const Json *value = member(object, where, key, isRequired);
    if (!value)
      return fallback;
    const auto *boolean = value->get_ptr<const Json::boolean_t *>();
    if (!boolean)
      return fail(join(where, key), "not true or false"), fallback;
    return *boolean;
  }

  /// An optional number of 0 to 1; 0 when it is missing.
  double share(const Json &object, const std::string &where, const char *key) {
    const Json *value = member(object, where, key, /*isRequired=*/false);
    if (!value)
      return 0;
    if (!value->is_number() || !(value->get<double>() >= 0 && value->get<double>() <= 1))
      return fail(join(where, key), "not a number of 0 to 1"), 0;
    return value->get<double>();
  }

  uint64_t number(const Json &object, const std::string &where, const char *key, uint64_t fallback = 0,
                  bool isRequired = true, uint64_t max = UINT32_MAX) {
    const Json *value = member(object, where, key, isRequired);
    return value ? number(*value, join(where, key), max) : fallback;
  }

  /// What counts is the value, however it is written: readers in other languages see doubles only.
  uint64_t number(const Json &value, const std::string &where, uint64_t max) {
    const double number = value.is_number() ? value.get<double>() : -1;
    if (!(number >= 0) || number != std::trunc(number))
      return fail(where, "not a non-negative integer"), 0;
    if (number > double(max))
      return fail(where, digits(number) + " is over " + std::to_string(max)), 0;
    return uint64_t(number);
  }

  /// An integer in full.
  static std::string digits(double integer) {
    char text[400]; // the largest double has 309 digits
    std::snprintf(text, sizeof text, "%.0f", integer);
    return text;
  }

  /// The elements of an array member; none when it is missing.
  const Json::array_t &array(const Json &object, const std::string &where, const char *key, bool isRequired = true) {
    static const Json::array_t none;
    const Json *value = member(object, where, key, isRequired);
    if (!value)
      return none;
    const auto *elements = value->get_ptr<const Json::array_t *>();
    if (!elements)
      return fail(join(where, key), "not an array"), none;
    return *elements;
  }

  std::string fileName(const Json &object, const std::string &where, const char *key) {
    std::string name = text(object, where, key);
    if (!failure && !isPlainFileName(name))
      fail(join(where, key), "not a plain file name");
    return name;
  }

  std::string hash(const Json &object, const std::string &where, const char *key) {
    std::string digits = text(object, where, key);
    if (!failure && !isSha256(digits))
      fail(join(where, key), "not 64 lower-case hexadecimal digits");
    return digits;
  }

  /// F32 after a failure.
  DType dtype(const Json &value, const std::string &where) {
    std::string name = text(value, where);
    std::optional<DType> known = parseDType(name);
    if (!known)
      fail(where, "unknown element type '" + name + "'", Error::Kind::Unsupported);
    return known.value_or(DType::F32);
  }

  Region region(const Json &object, const std::string &where, const char *key) {
    Region region;
    if (const Json *value = member(object, where, key)) {
      region.offset = number(*value, join(where, key), "offset");
      region.byteLength = number(*value, join(where, key), "byteLength");
    }
    return region;
  }

  static std::string join(const std::string &where, const char *key) { return where.empty() ? key : where + "." + key; }
  static std::string at(const std::string &where, size_t index) { return where + "[" + std::to_string(index) + "]"; }
};

/// The JSON of a text that keeps what the contract says beyond RFC 8259 (spec.md, "The signature"), or why it does not.
Result<Json> parseText(std::string_view text, uint64_t maxByteLength);

/// The member `library` of a signature, and back.
Library readLibrary(FieldReader &reader, const Json &json);
OrderedJson writeLibrary(const Library &library);

} // namespace wasmind::abi
