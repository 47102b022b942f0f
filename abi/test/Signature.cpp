// The signature reader: what it accepts, what it refuses, and with which words.
#include "abi/Signature.h"
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace wasmind::abi;
using Json = nlohmann::json;

namespace {

/// One dynamic input, one output with a derived extent, external weights: every field of the contract is used.
const char *const fullSignature = R"({
  "abi": 1, "compiler": "wasmind 0.1.0", "source": {"format": "onnx", "name": "m.onnx"},
  "features": ["simd128", "relaxed-simd"],
  "dims": [{"name": "batch", "min": 1, "max": 8, "offset": 65536, "derived": false},
           {"name": "kept", "min": 0, "max": 80, "offset": 65540, "derived": true}],
  "functions": [{"name": "run",
    "inputs":  [{"name": "x", "dtype": "f32", "shape": ["batch", 10], "offset": 65600, "byteLength": 320}],
    "outputs": [{"name": "y", "dtype": "i64", "shape": ["kept", 2], "offset": 66048, "byteLength": 1024}],
    "state":   [{"name": "h", "dtype": "f32", "shape": [2, 4], "offset": 70016, "byteLength": 32, "output": "hn",
                 "initialOffset": 131104},
                {"name": "c", "dtype": "bool", "shape": [], "offset": 70048, "byteLength": 1, "output": "cn"}]}],
  "memory": {"pages": 3, "stack": {"offset": 0, "byteLength": 65536}, "extents": {"offset": 65536, "byteLength": 8},
             "arena": {"offset": 65600, "byteLength": 4096}, "weights": {"offset": 131072, "byteLength": 1000}},
  "weights": {"storage": "external", "file": "m.weights",
              "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
              "offset": 131072, "byteLength": 1000},
  "operators": {"Conv": 53},
  "kernels": [{"name": "k3", "kind": "convolve", "shape": "1x56", "flops": 231211008, "bytes": 123, "vectorisedShare": 0.9987,
               "calls": 3}]
})";

/// The error for the full signature after one change; "" when it is still accepted.
std::string errorAfter(const std::string &pointer, Json value) {
  Json json = Json::parse(fullSignature, nullptr, false);
  json[Json::json_pointer(pointer)] = std::move(value);
  Result<Signature> result = parseSignature(json.dump());
  return result ? "" : result.error().text;
}

std::string errorWithout(const std::string &parent, const std::string &key) {
  Json json = Json::parse(fullSignature, nullptr, false);
  json[Json::json_pointer(parent)].erase(key);
  Result<Signature> result = parseSignature(json.dump());
  return result ? "" : result.error().text;
}

} // namespace

TEST(Signature, readsEveryField) {
  Result<Signature> result = parseSignature(fullSignature);
  ASSERT_TRUE(result) << result.error().text;
  const Signature &signature = *result;
  EXPECT_EQ(signature.compiler, "wasmind 0.1.0");
  EXPECT_EQ(signature.sourceName, "m.onnx");
  EXPECT_EQ(signature.features, (std::vector{Feature::Simd128, Feature::RelaxedSimd}));
  ASSERT_EQ(signature.dims.size(), 2u);
  EXPECT_EQ(signature.dims[1].name, "kept");
  EXPECT_TRUE(signature.dims[1].derived);
  const Function *run = signature.findFunction("run");
  ASSERT_NE(run, nullptr);
  EXPECT_EQ(run->inputs[0].shape[0].dim, "batch");
  EXPECT_EQ(run->inputs[0].shape[1].value, 10);
  EXPECT_EQ(run->outputs[0].dtype, DType::I64);
  EXPECT_EQ(signature.memory.byteLength(), 3u * 65536);
  EXPECT_TRUE(signature.weights.external);
  EXPECT_EQ(signature.operators[0].count, 53u);
  EXPECT_EQ(signature.kernels[0].flops, 231211008u);
  EXPECT_EQ(signature.kernels[0].vectorisedShare, 0.9987);
}

TEST(Signature, writesWhatItReads) {
  Result<Signature> first = parseSignature(fullSignature);
  ASSERT_TRUE(first);
  std::string text = writeSignature(*first);
  EXPECT_EQ(Json::parse(text, nullptr, false), Json::parse(fullSignature, nullptr, false));
  Result<Signature> second = parseSignature(text);
  ASSERT_TRUE(second) << second.error().text;
  EXPECT_EQ(writeSignature(*second), text);
}

TEST(Signature, writesValidUtf8EvenForOtherNames) {
  Signature signature = *parseSignature(fullSignature);
  signature.sourceName = "caf\xe9.onnx";
  EXPECT_TRUE(parseSignature(writeSignature(signature)));
}

TEST(Signature, inputsOfFixedShapeMayHaveADefault) {
  EXPECT_EQ(errorAfter("/functions/0/inputs/0/default", true),
            "signature: functions[0].inputs[0].shape[0]: 'batch' is open, and a default value has one shape");
  EXPECT_EQ(errorAfter("/functions/0/outputs/0/default", true),
            "signature: functions[0].outputs[0].default: only inputs have one");
  EXPECT_EQ(errorAfter("/functions/0/inputs/0/default", 1),
            "signature: functions[0].inputs[0].default: not true or false");
  Json json = Json::parse(fullSignature, nullptr, false);
  json[Json::json_pointer("/functions/0/inputs/0/default")] = true;
  json[Json::json_pointer("/functions/0/inputs/0/shape/0")] = 8;
  Result<Signature> signature = parseSignature(json.dump());
  ASSERT_TRUE(signature) << signature.error().text;
  EXPECT_TRUE(signature->functions[0].inputs[0].hasDefault);
  EXPECT_EQ(Json::parse(writeSignature(*signature)), json);
}

TEST(Signature, ignoresUnknownKeys) { EXPECT_EQ(errorAfter("/later", 1), ""); }

TEST(Signature, otherVersionsAreUnsupported) {
  Result<Signature> result = parseSignature(R"({"abi": 2})");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, Error::Kind::Unsupported);
  EXPECT_EQ(result.error().text,
            "signature: abi: version 2, this host reads version 1; compile the model again or update the host");
}

TEST(Signature, unknownFeaturesAndTypesAreUnsupported) {
  EXPECT_EQ(errorAfter("/features/0", "simd256"), "signature: features[0]: unknown feature 'simd256'");
  EXPECT_EQ(errorAfter("/functions/0/inputs/0/dtype", "f8"),
            "signature: functions[0].inputs[0].dtype: unknown element type 'f8'");
}

TEST(Signature, missingFields) {
  for (const char *key : {"abi", "compiler", "features", "dims", "functions", "memory", "weights"})
    EXPECT_EQ(errorWithout("", key), std::string("signature: ") + key + ": missing");
  for (const char *key : {"source", "operators", "kernels"})
    EXPECT_EQ(errorWithout("", key), "");
  EXPECT_EQ(errorWithout("/functions/0/inputs/0", "offset"), "signature: functions[0].inputs[0].offset: missing");
  EXPECT_EQ(errorWithout("/memory", "stack"), "signature: memory.stack: missing");
  EXPECT_EQ(errorWithout("/weights", "sha256"), "signature: weights.sha256: missing");
}

TEST(Signature, wrongTypes) {
  EXPECT_EQ(errorAfter("/functions/0/inputs/0/offset", -1),
            "signature: functions[0].inputs[0].offset: not a non-negative integer");
  EXPECT_EQ(errorAfter("/functions/0/inputs/0/offset", 1.5),
            "signature: functions[0].inputs[0].offset: not a non-negative integer");
  EXPECT_EQ(errorAfter("/functions/0/inputs/0/offset", 4294967296),
            "signature: functions[0].inputs[0].offset: 4294967296 is over 4294967295");
  EXPECT_EQ(errorAfter("/functions", 7), "signature: functions: not an array");
  EXPECT_EQ(errorAfter("/dims/0", 7), "signature: dims[0]: not an object");
  EXPECT_EQ(errorAfter("/dims/0/derived", 0), "signature: dims[0].derived: not true or false");
  EXPECT_EQ(errorAfter("/kernels/0/vectorisedShare", 1.5),
            "signature: kernels[0].vectorisedShare: not a number of 0 to 1");
  EXPECT_EQ(errorAfter("/compiler", 0), "signature: compiler: not a string");
  EXPECT_EQ(errorAfter("/operators", 3), "signature: operators: not an object");
  EXPECT_EQ(errorAfter("/functions/0/inputs/0/name", std::string("a\0b", 3)),
            "signature: functions[0].inputs[0].name: contains a zero byte");
  EXPECT_FALSE(parseSignature(""));
  EXPECT_FALSE(parseSignature("[]"));
  EXPECT_FALSE(parseSignature(std::string(100000, '[')));
}

TEST(Signature, placesOutsideTheMemory) {
  EXPECT_EQ(errorAfter("/functions/0/outputs/0/offset", 4294967288),
            "signature: functions[0].outputs[0]: offset 4294967288 and byteLength 1024 reach past the memory's 196608 "
            "bytes");
  EXPECT_EQ(errorAfter("/memory/weights/byteLength", 65537),
            "signature: memory.weights: offset 131072 and byteLength 65537 reach past the memory's 196608 bytes");
  EXPECT_EQ(errorAfter("/weights/offset", 196608),
            "signature: weights: offset 196608 and byteLength 1000 reach past the memory's 196608 bytes");
  EXPECT_EQ(errorAfter("/memory/pages", 0), "signature: memory.pages: 0 is not within 1..65536");
  EXPECT_EQ(errorAfter("/memory/pages", 65537), "signature: memory.pages: 65537 is not within 1..65536");
  EXPECT_EQ(errorAfter("/dims/0/offset", 65544),
            "signature: dims[0].offset: 65544 is not inside memory.extents (bytes 65536..65544)");
}

TEST(Signature, overlaps) {
  EXPECT_EQ(errorAfter("/functions/0/inputs/0/offset", 1024),
            "signature: functions[0].inputs[0]: bytes 1024..1344 overlap memory.stack (bytes 0..65536)");
  EXPECT_EQ(errorAfter("/functions/0/inputs/0/offset", 65540),
            "signature: functions[0].inputs[0]: bytes 65540..65860 overlap memory.extents (bytes 65536..65544)");
  EXPECT_EQ(errorAfter("/functions/0/inputs/0/offset", 131072),
            "signature: functions[0].inputs[0]: bytes 131072..131392 overlap memory.weights (bytes 131072..132072)");
  EXPECT_EQ(errorAfter("/memory/extents/offset", 65532),
            "signature: memory.extents: bytes 65532..65540 overlap memory.stack (bytes 0..65536)");
  Json second = {{"name", "z"}, {"dtype", "f32"}, {"shape", {4}}, {"offset", 65616}, {"byteLength", 16}};
  EXPECT_EQ(errorAfter("/functions/0/inputs/1", second),
            "signature: functions[0].inputs[1]: bytes 65616..65632 overlap functions[0].inputs[0] (bytes "
            "65600..65920)");
  EXPECT_EQ(errorAfter("/dims/1/offset", 65536), "signature: dims[1].offset: 65536 is used twice");
}

TEST(Signature, shapes) {
  EXPECT_EQ(errorAfter("/functions/0/inputs/0/shape/0", "bacth"),
            "signature: functions[0].inputs[0].shape[0]: 'bacth' is not one of dims");
  EXPECT_EQ(errorAfter("/functions/0/inputs/0/shape/0", "kept"),
            "signature: functions[0].inputs[0].shape[0]: 'kept' is derived, so no host can know it before the run");
  EXPECT_EQ(errorAfter("/functions/0/inputs/0/byteLength", 316),
            "signature: functions[0].inputs[0].byteLength: 316 where the shape at its bounds needs 320");
  EXPECT_EQ(errorAfter("/functions/0/inputs/0/shape", {2147483647, 2147483647, 2147483647}),
            "signature: functions[0].inputs[0].byteLength: 320 where the shape at its bounds needs more than 2^64");
  EXPECT_EQ(errorAfter("/functions/0/inputs/0/shape/1", 2147483648),
            "signature: functions[0].inputs[0].shape[1]: 2147483648 is over 2147483647");
  EXPECT_EQ(errorAfter("/functions/0/inputs/0/offset", 65602),
            "signature: functions[0].inputs[0].offset: 65602 is not a multiple of the element's 4 bytes");
  EXPECT_EQ(errorAfter("/functions/0/inputs/0/shape", std::vector<int>(33, 1)),
            "signature: functions[0].inputs[0].shape: rank 33 is over 32");
}

TEST(Signature, dims) {
  EXPECT_EQ(errorAfter("/dims/0/min", 9), "signature: dims[0]: bounds 9..8 are not within 0..2147483647 in this order");
  EXPECT_EQ(errorAfter("/dims/1/name", "batch"), "signature: dims[1].name: 'batch' is named twice");
  EXPECT_EQ(errorAfter("/dims/0/offset", 65538), "signature: dims[0].offset: 65538 is not a multiple of 4");
}

TEST(Signature, whatDimsMayHaveBesides) {
  Json json = Json::parse(fullSignature);
  const Json sum = {{"terms", {{{"dim", "batch"}, {"times", 2}}}}, {"plus", 1}};
  json["dims"][0].update({{"initial", 2}, {"multipleOf", 2}});
  json["dims"].push_back({{"name", "sum"}, {"min", 0}, {"max", 9}, {"offset", 65544}, {"derived", false}});
  json["dims"].back()["equals"] = sum;
  json["memory"]["extents"]["byteLength"] = 12;
  Result<Signature> read = parseSignature(json.dump());
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->dims[0].initial, 2);
  EXPECT_EQ(read->dims[0].multipleOf, 2);
  EXPECT_FALSE(read->dims[1].isKept());
  EXPECT_EQ(describe(*read->dims[2].equals), "2*batch + 1");
  EXPECT_EQ(describe({{{"past + 1", 2}, {"seq.0", 1}}, 0}), "2*(past + 1) + seq.0");
  EXPECT_EQ(Json::parse(writeSignature(*read))["dims"], json["dims"]);

  const std::string place = "signature: dims[0].";
  EXPECT_EQ(errorAfter("/dims/0/initial", 1000), place + "initial: 1000 is not within 1..8");
  EXPECT_EQ(errorAfter("/dims/0/initial", "none"), place + "initial: not a non-negative integer");
  EXPECT_EQ(errorAfter("/dims/0/multipleOf", 0), place + "multipleOf: 0 is not within 1..2147483647");
  EXPECT_EQ(errorAfter("/dims/0/multipleOf", 1.5), place + "multipleOf: not a non-negative integer");
  EXPECT_EQ(errorAfter("/dims/0/equals", 1), place + "equals: not an object");
  EXPECT_EQ(errorAfter("/dims/0/equals", {{"terms", Json::array()}, {"plus", 1}}), place + "equals: not a sum of dims");
  EXPECT_EQ(errorAfter("/dims/0/equals", sum), place + "equals.terms[0].dim: 'batch' is derived or a sum itself");
  Json other = sum;
  other["terms"][0]["dim"] = "nobody";
  EXPECT_EQ(errorAfter("/dims/0/equals", other), place + "equals.terms[0].dim: 'nobody' is not one of dims");
  EXPECT_EQ(errorAfter("/dims/1/equals", sum), "signature: dims[1].equals: only dims that inputs give have one");
  EXPECT_EQ(errorAfter("/dims/1/initial", 1), "signature: dims[1].initial: a derived dim has none");
  EXPECT_EQ(errorAfter("/dims/1/multipleOf", 2), "signature: dims[1].multipleOf: a derived dim has none");
}

TEST(Signature, functions) {
  EXPECT_EQ(errorAfter("/functions", Json::array()), "signature: functions: empty");
  EXPECT_EQ(errorAfter("/functions/0/name", "memory"),
            "signature: functions[0].name: 'memory' cannot be the name of an entry");
}

TEST(Signature, state) {
  const Function run = parseSignature(fullSignature)->functions[0];
  ASSERT_EQ(run.state.size(), 2u);
  EXPECT_EQ(run.state[0].tensor.name, "h");
  EXPECT_EQ(run.state[0].output, "hn");
  EXPECT_EQ(run.state[0].initialOffset, 131104u);
  EXPECT_EQ(run.state[1].initialOffset, std::nullopt);
  EXPECT_TRUE(parseSignature(R"({"abi": 1, "compiler": "", "features": [], "dims": [],
    "functions": [{"name": "run", "inputs": [], "outputs": []}], "weights": {"storage": "inline"},
    "memory": {"pages": 1, "stack": {"offset": 0, "byteLength": 0}, "extents": {"offset": 0, "byteLength": 0},
               "arena": {"offset": 0, "byteLength": 0}, "weights": {"offset": 0, "byteLength": 0}}})")
                  ->functions[0]
                  .state.empty());

  const std::string place = "signature: functions[0].state[0]";
  auto after = [](const std::string &field, Json value) { return errorAfter("/functions/0/state/0" + field, value); };
  EXPECT_EQ(errorAfter("/functions/0/state", 1), "signature: functions[0].state: not an array");
  EXPECT_EQ(errorWithout("/functions/0/state/0", "output"), place + ".output: missing");
  EXPECT_EQ(after("/output", ""), place + ".output: empty");
  EXPECT_EQ(after("/name", ""), place + ".name: empty");
  EXPECT_EQ(after("/name", "x"), place + ".name: 'x' is named twice among inputs and state");
  EXPECT_EQ(after("/name", "c"), "signature: functions[0].state[1].name: 'c' is named twice among inputs and state");
  EXPECT_EQ(after("/shape/0", "batch"),
            place + ".shape[0]: 'batch' is neither a number nor a dim that the module keeps");
  EXPECT_EQ(after("/byteLength", 28), place + ".byteLength: 28 where the shape at its bounds needs 32");
  EXPECT_EQ(after("/offset", 70018), place + ".offset: 70018 is not a multiple of the element's 4 bytes");
  EXPECT_EQ(after("/offset", 196600), place + ": offset 196600 and byteLength 32 reach past the memory's 196608 bytes");
  EXPECT_EQ(after("/offset", 69692), place + ": bytes 69692..69724 overlap memory.arena (bytes 65600..69696)");
  EXPECT_EQ(after("/offset", 131104), place + ": bytes 131104..131136 overlap memory.weights (bytes 131072..132072)");
  EXPECT_EQ(after("/offset", 70020),
            "signature: functions[0].state[1]: bytes 70048..70049 overlap functions[0].state[0] "
            "(bytes 70020..70052)");
  EXPECT_EQ(after("/initialOffset", 132044),
            place + ".initialOffset: bytes 132044..132076 are not inside memory.weights (bytes 131072..132072)");
  EXPECT_EQ(after("/initialOffset", 131068),
            place + ".initialOffset: bytes 131068..131100 are not inside memory.weights (bytes 131072..132072)");
  EXPECT_EQ(after("/initialOffset", "zeros"), place + ".initialOffset: not a non-negative integer");
  EXPECT_EQ(
      errorAfter("/functions/0/outputs/0/offset", 70040),
      "signature: functions[0].state[0]: bytes 70016..70048 overlap functions[0].outputs[0] (bytes 70040..71064)");
  EXPECT_EQ(errorAfter("/functions/0/inputs/0/offset", 69748),
            "signature: functions[0].state[0]: bytes 70016..70048 overlap functions[0].inputs[0] (bytes 69748..70068)");
  Json other = {{"name", "other"}, {"inputs", Json::array()}, {"outputs", Json::array()}};
  other["state"] = Json::parse(fullSignature, nullptr, false)["functions"][0]["state"];
  EXPECT_EQ(errorAfter("/functions/1", other), "signature: functions[1].state[0]: bytes 70016..70048 overlap "
                                               "functions[0].state[0] (bytes 70016..70048)");
}

TEST(Signature, weightFilesAreNamesNotPaths) {
  for (const char *file : {"", ".", "..", "../m.weights", "/etc/passwd", "a\\b", "c:m", "a\nb"})
    EXPECT_EQ(errorAfter("/weights/file", file), "signature: weights.file: not a plain file name") << file;
  EXPECT_EQ(errorAfter("/weights/sha256", "E3"), "signature: weights.sha256: not 64 lower-case hexadecimal digits");
  EXPECT_EQ(errorAfter("/weights/storage", "http"),
            "signature: weights.storage: 'http' is neither inline nor external");
}

TEST(Signature, actualByteLengths) {
  EXPECT_EQ(actualByteLength(DType::I64, {7, 2}), 112u);
  EXPECT_EQ(actualByteLength(DType::F16, {}), 2u);
  EXPECT_EQ(actualByteLength(DType::F32, {0, 2147483647, 2147483647, 2147483647}), 0u);
  EXPECT_EQ(actualByteLength(DType::F32, {-1}), std::nullopt);
  EXPECT_EQ(actualByteLength(DType::F32, {2147483647, 2147483647, 2147483647}), std::nullopt);
}

TEST(Signature, namesAreATable) {
  EXPECT_EQ(nameOf(DType::BF16), "bf16");
  EXPECT_EQ(parseDType("bool"), DType::Bool);
  EXPECT_EQ(byteWidth(DType::U64), 8u);
  EXPECT_EQ(parseDType("float32"), std::nullopt);
  EXPECT_EQ(nameOf(Feature::RelaxedSimd), "relaxed-simd");
}
