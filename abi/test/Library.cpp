// The part `library` of a signature: what is read, written and refused, and with which words.
#include "abi/Signature.h"
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <nlohmann/json.hpp>

using namespace wasmind::abi;
using Json = nlohmann::json;

namespace {

const char *const librarySignature = R"({
  "abi": 1, "compiler": "wasmind 0.1.0", "features": [], "dims": [], "functions": [],
  "library": {"operators": [
    {"name": "Add", "export": "__tvm_ffi_Add", "origin": "wasmind", "inputs": ["a", "b"],
     "attributes": [{"name": "alpha", "type": "f64", "default": 1.0}, {"name": "axis", "type": "i64", "default": -1},
                    {"name": "keep", "type": "bool", "default": false}, {"name": "low", "type": "f64", "default": "-inf"},
                    {"name": "must", "type": "i64"}],
     "outputs": ["out"],
     "variants": [{"inputs": ["f32", "f32"], "outputs": ["f32"]}, {"inputs": ["i32", "i32"], "outputs": ["bool"]}]},
    {"name": "tvm_add", "export": "__tvm_ffi_tvm_add", "origin": "linked"}]},
  "memory": {"pages": 2, "stack": {"offset": 0, "byteLength": 65536}, "extents": {"offset": 0, "byteLength": 0},
             "arena": {"offset": 0, "byteLength": 0}, "weights": {"offset": 0, "byteLength": 0}},
  "weights": {"storage": "inline"}
})";

/// The error after one change; "" when it is still accepted.
std::string errorAfter(const std::string &pointer, Json value) {
  Json json = Json::parse(librarySignature, nullptr, false);
  json[Json::json_pointer(pointer)] = std::move(value);
  Result<Signature> result = parseSignature(json.dump());
  return result ? "" : result.error().text;
}

const std::string add = "/library/operators/0";

} // namespace

TEST(Library, readsEveryField) {
  Result<Signature> result = parseSignature(librarySignature);
  ASSERT_TRUE(result) << result.error().text;
  ASSERT_TRUE(result->library);
  const Operator *found = result->library->findOperator("Add");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->exportName, "__tvm_ffi_Add");
  EXPECT_EQ(found->origin, Origin::Wasmind);
  EXPECT_EQ(found->inputs, (std::vector<std::string>{"a", "b"}));
  ASSERT_EQ(found->attributes.size(), 5u);
  EXPECT_EQ(found->attributes[0].defaultNumber, 1.0);
  EXPECT_EQ(found->attributes[1].defaultInteger, -1);
  EXPECT_EQ(found->attributes[2].type, AttributeType::Bool);
  EXPECT_EQ(found->attributes[3].defaultNumber, -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(found->attributes[3].hasDefault);
  EXPECT_FALSE(found->attributes[4].hasDefault);
  EXPECT_EQ(found->variants[1].outputs, std::vector{DType::Bool});
  EXPECT_EQ(found->argumentCount(), 8u);
  EXPECT_EQ(result->library->findOperator("tvm_add")->origin, Origin::Linked);
  EXPECT_EQ(result->library->findOperator("Sub"), nullptr);
}

TEST(Library, writesWhatItReads) {
  Result<Signature> signature = parseSignature(librarySignature);
  ASSERT_TRUE(signature);
  std::string text = writeSignature(*signature);
  EXPECT_EQ(Json::parse(text, nullptr, false), Json::parse(librarySignature, nullptr, false));
  signature->library->operators[0].attributes[0].defaultNumber = std::nan("");
  Result<Signature> again = parseSignature(writeSignature(*signature));
  ASSERT_TRUE(again) << again.error().text;
  EXPECT_TRUE(std::isnan(again->library->operators[0].attributes[0].defaultNumber));
}

TEST(Library, operators) {
  EXPECT_EQ(errorAfter("/library/operators", Json::array()), "signature: library.operators: empty");
  EXPECT_EQ(errorAfter("/library", Json::object()), "signature: library.operators: missing");
  EXPECT_EQ(errorAfter("/library/operators/1/name", "Add"),
            "signature: library.operators[1].name: 'Add' is named twice");
  EXPECT_EQ(errorAfter(add + "/name", std::string(256, 'a')),
            "signature: library.operators[0].name: not 1..255 bytes long");
  EXPECT_EQ(errorAfter(add + "/export", "wasmind_free"),
            "signature: library.operators[0].export: 'wasmind_free' does not start with __tvm_ffi_");
  EXPECT_EQ(errorAfter(add + "/export", "__tvm_ffi_tvm_add"),
            "signature: library.operators[1].export: '__tvm_ffi_tvm_add' is used twice");
  EXPECT_EQ(errorAfter(add + "/origin", "bought"), "signature: library.operators[0].origin: unknown origin 'bought'");
}

TEST(Library, arguments) {
  EXPECT_EQ(errorAfter(add + "/inputs/1", "a"), "signature: library.operators[0].inputs[1]: 'a' is named twice");
  EXPECT_EQ(errorAfter(add + "/inputs/1", "out"),
            "signature: library.operators[0].inputs[1]: 'out' is what callers name given outputs by");
  EXPECT_EQ(errorAfter(add + "/outputs", Json::array()), "signature: library.operators[0].outputs: empty");
  EXPECT_EQ(errorAfter(add + "/attributes/0/name", "b"),
            "signature: library.operators[0].attributes[0].name: 'b' is named twice");
  EXPECT_EQ(errorAfter(add + "/attributes/0/type", "text"),
            "signature: library.operators[0].attributes[0].type: unknown attribute type 'text'");
  EXPECT_EQ(errorAfter(add + "/attributes/0/default", "much"),
            "signature: library.operators[0].attributes[0].default: 'much' is neither a number nor inf, -inf or nan");
  EXPECT_EQ(errorAfter(add + "/attributes/1/default", 1.5),
            "signature: library.operators[0].attributes[1].default: not an integer");
  EXPECT_EQ(errorAfter(add + "/attributes/1/default", -9007199254740992),
            "signature: library.operators[0].attributes[1].default: -9007199254740992 is not within "
            "+-9007199254740991");
  EXPECT_EQ(errorAfter(add + "/attributes/1/default", UINT64_MAX),
            "signature: library.operators[0].attributes[1].default: 18446744073709551616 is not within "
            "+-9007199254740991");
  EXPECT_EQ(errorAfter(add + "/attributes/2/default", 0),
            "signature: library.operators[0].attributes[2].default: not true or false");
  EXPECT_EQ(errorAfter(add + "/attributes/0/default", 3), "") << "an integer is a number";
  EXPECT_EQ(errorAfter(add + "/attributes/1/default", 3.0), "") << "many languages cannot tell 3.0 from 3";
}

TEST(Library, variadic) {
  Json json = Json::parse(librarySignature, nullptr, false);
  json[Json::json_pointer(add + "/variadic")] = true;
  Result<Signature> result = parseSignature(json.dump());
  ASSERT_TRUE(result) << result.error().text;
  const Operator &found = result->library->operators[0];
  EXPECT_TRUE(found.variadic);
  EXPECT_EQ(parseSignature(writeSignature(*result))->library->operators[0].variadic, true);
  const Operator longer = found.withInputs(4);
  EXPECT_EQ(longer.inputs, (std::vector<std::string>{"a", "b", "b[1]", "b[2]"}));
  EXPECT_EQ(longer.variants[1].inputs, std::vector(4, DType::I32));
  EXPECT_EQ(longer.argumentCount(), 10u);
  EXPECT_FALSE(longer.variadic);
  EXPECT_EQ(errorAfter(add + "/variadic", 1), "signature: library.operators[0].variadic: not true or false");
}

TEST(Library, variants) {
  EXPECT_EQ(errorAfter(add + "/variants", Json::array()), "signature: library.operators[0].variants: empty");
  EXPECT_EQ(errorAfter(add + "/variants/0/inputs", {"f32"}),
            "signature: library.operators[0].variants[0].inputs: 1 element types where the operator has 2 inputs");
  EXPECT_EQ(errorAfter(add + "/variants/0/outputs", {"f32", "f32"}),
            "signature: library.operators[0].variants[0].outputs: 2 element types where the operator has 1 outputs");
  EXPECT_EQ(errorAfter(add + "/variants/1", {{"inputs", {"f32", "f32"}}, {"outputs", {"f32"}}}),
            "signature: library.operators[0].variants[1]: is there twice");
  EXPECT_EQ(errorAfter(add + "/variants/0/inputs/0", "f8"),
            "signature: library.operators[0].variants[0].inputs[0]: unknown element type 'f8'");
}

TEST(Library, hasNothingOfAModel) {
  Json function = {{"name", "run"}, {"inputs", Json::array()}, {"outputs", Json::array()}};
  EXPECT_EQ(errorAfter("/functions", {function}),
            "signature: functions: not empty although the module is an operator library");
  EXPECT_EQ(errorAfter("/memory/arena/byteLength", 64),
            "signature: memory.arena: bytes 0..64 overlap memory.stack (bytes 0..65536)");
  EXPECT_EQ(errorAfter("/memory/arena", {{"offset", 65536}, {"byteLength", 64}}),
            "signature: memory.arena: not empty although the module is an operator library");
}

TEST(Library, linkedOperatorsHaveNoArguments) {
  Signature signature = *parseSignature(librarySignature);
  signature.library->operators[1].inputs.push_back("a");
  std::optional<Error> error = validate(signature);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->text, "library.operators[1]: a linked operator has no inputs, attributes, outputs or variants");
}

TEST(Library, elementTypesOfDLPack) {
  for (uint8_t code = 1; code <= 13; ++code) {
    const auto dtype = DType(code);
    EXPECT_EQ(fromDLPack(toDLPack(dtype)), dtype);
    EXPECT_EQ(toDLPack(dtype).bits, 8 * byteWidth(dtype));
  }
  EXPECT_EQ(fromDLPack({2, 8}), std::nullopt);
}
