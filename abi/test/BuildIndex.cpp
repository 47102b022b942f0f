// The index of builds is read as it was written; what is damaged or leads out of its folder is refused with the place.
#include "abi/BuildIndex.h"
#include "abi/Signature.h"
#include <gtest/gtest.h>
#include <random>

namespace wasmind::abi {
namespace {

const std::string hashOfA(64, 'a'), hashOfB(64, 'b'), hashOfW(64, '0');

BuildIndex example() {
  BuildIndex index{"wasmind 0.1.0", "onnx", "m.onnx", {}};
  const IndexedFile weights{"w.weights", 64, hashOfW};
  index.builds.push_back({{"simd128", "relaxed-simd"}, {"a.wasm", 100, hashOfA}, weights});
  index.builds.push_back({{"simd128"}, {"b.wasm", 90, hashOfB}, weights});
  return index;
}

/// What becomes of the example's text after a change.
std::string resultAfter(const std::string &from, const std::string &to) {
  std::string text = writeBuildIndex(example());
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  Result<BuildIndex> index = parseBuildIndex(text);
  if (index)
    return "accepted";
  return (index.error().kind == Error::Kind::Unsupported ? "unsupported " : "") + index.error().text;
}

TEST(BuildIndex, IsReadAsWritten) {
  Result<BuildIndex> index = parseBuildIndex(writeBuildIndex(example()));
  ASSERT_TRUE(index) << index.error().text;
  EXPECT_EQ(index->compiler, "wasmind 0.1.0");
  EXPECT_EQ(index->sourceFormat, "onnx");
  EXPECT_EQ(index->sourceName, "m.onnx");
  ASSERT_EQ(index->builds.size(), 2u);
  const Build &best = index->builds[0];
  EXPECT_EQ(best.features, (std::vector<std::string>{"simd128", "relaxed-simd"}));
  EXPECT_EQ(best.module, (IndexedFile{"a.wasm", 100, hashOfA}));
  EXPECT_EQ(best.weights, (IndexedFile{"w.weights", 64, hashOfW}));
  EXPECT_EQ(index->builds[1].module.name, "b.wasm");
  EXPECT_EQ(writeBuildIndex(*index), writeBuildIndex(example()));
  BuildIndex bare = example();
  bare.sourceFormat.clear();
  bare.builds[0].weights.reset();
  bare.builds.pop_back();
  index = parseBuildIndex(writeBuildIndex(bare));
  ASSERT_TRUE(index) << index.error().text;
  EXPECT_FALSE(index->builds[0].weights);
}

TEST(BuildIndex, KeepsFeaturesOfLaterVersions) {
  EXPECT_EQ(resultAfter("relaxed-simd", "threads"), "accepted");
  EXPECT_EQ(resultAfter("relaxed-simd", "of-the-future"), "accepted");
  EXPECT_EQ(resultAfter("\"compiler\"", "\"later\": [1], \"compiler\""), "accepted");
}

TEST(BuildIndex, NamesWhatIsWrong) {
  const std::string start = "index of builds: ";
  EXPECT_EQ(resultAfter("\"version\": 1", "\"version\": 2"),
            "unsupported " + start +
                "version: 2, this host reads version 1; compile the model again or update the host");
  EXPECT_EQ(resultAfter("\"version\"", "\"other\""), start + "version: missing");
  EXPECT_EQ(resultAfter("\"builds\"", "\"other\""), start + "builds: missing");
  EXPECT_EQ(resultAfter("\"relaxed-simd\"", "7"), start + "builds[0].features[1]: not a string");
  EXPECT_EQ(resultAfter("a.wasm", "b.wasm"), start + "builds[1].file: 'b.wasm' is there twice");
  EXPECT_EQ(resultAfter("\"byteLength\": 64", "\"byteLength\": 65"),
            start + "builds[1].weights: 'w.weights' is described in two ways");
  EXPECT_EQ(resultAfter("\"byteLength\": 100", "\"byteLength\": -1"),
            start + "builds[0].byteLength: not a non-negative integer");
  for (const std::string &hash : {std::string(63, 'a'), std::string(64, 'A'), std::string()})
    EXPECT_EQ(resultAfter(hashOfA, hash), start + "builds[0].sha256: not 64 lower-case hexadecimal digits");
  for (const char *name : {"../a.wasm", "/etc/passwd", "b/a.wasm", "c:a.wasm", "..", ".", "", "a\\\\b", "a\\nb"}) {
    EXPECT_EQ(resultAfter("a.wasm", name), start + "builds[0].file: not a plain file name") << name;
    EXPECT_EQ(resultAfter("w.weights", name), start + "builds[0].weights.file: not a plain file name") << name;
  }
  EXPECT_EQ(resultAfter("{", "{{"), start + "not valid JSON");
  for (const char *text : {"[]", "7", "null"})
    EXPECT_EQ(parseBuildIndex(text).error().text, start + "not an object");
  EXPECT_EQ(parseBuildIndex("").error().text, start + "not valid JSON");
  EXPECT_EQ(parseBuildIndex("\xef\xbb\xbf{}").error().text, start + "starts with a byte order mark");
  EXPECT_EQ(parseBuildIndex(std::string(100, '[')).error().text, start + "nested deeper than 64");
  EXPECT_EQ(parseBuildIndex(std::string((1 << 20) + 1, ' ')).error().text, start + "1048577 bytes are over 1048576");
  BuildIndex many = example();
  many.builds.clear();
  EXPECT_EQ(parseBuildIndex(writeBuildIndex(many)).error().text, start + "builds: there are 0, not 1 to 64");
  for (int build = 0; build < 65; ++build)
    many.builds.push_back({{}, {std::to_string(build), 1, hashOfA}, {}});
  EXPECT_EQ(parseBuildIndex(writeBuildIndex(many)).error().text, start + "builds: there are 65, not 1 to 64");
}

TEST(BuildIndex, EveryTruncationIsRefused) {
  const std::string text = writeBuildIndex(example());
  for (size_t length = 0; length + 1 < text.size(); ++length) // all but the line end
    EXPECT_FALSE(parseBuildIndex(text.substr(0, length))) << length;
}

TEST(BuildIndex, DamageNeverGetsPastTheRules) {
  std::mt19937 random(1);
  const std::string original = writeBuildIndex(example());
  unsigned accepted = 0;
  for (int round = 0; round < 5000; ++round) {
    std::string text = original;
    for (unsigned edits = 1 + random() % 3; edits--;)
      text[random() % text.size()] = "\"{}[]:,./\\a0 \n\x80"[random() % 16];
    Result<BuildIndex> index = parseBuildIndex(text);
    if (!index)
      continue;
    ++accepted;
    EXPECT_FALSE(index->builds.empty());
    for (const Build &build : index->builds) {
      EXPECT_TRUE(isPlainFileName(build.module.name) && isSha256(build.module.sha256)) << text;
      EXPECT_TRUE(!build.weights || isPlainFileName(build.weights->name)) << text;
    }
    EXPECT_TRUE(parseBuildIndex(writeBuildIndex(*index)));
  }
  EXPECT_GT(accepted, 50u);
  EXPECT_LT(accepted, 4500u);
}

TEST(BuildIndex, IsHeldAgainstTheSignature) {
  Signature signature;
  signature.features = {Feature::RelaxedSimd, Feature::Simd128};
  signature.weights = {true, "w.weights", hashOfW, 65536, 64};
  Build build = example().builds[0];
  EXPECT_FALSE(checkBuild(build, signature));
  auto textOf = [&](const Build &changed) { return checkBuild(changed, signature).value_or(Error{}).text; };
  Build fewer = build, other = build, none = build;
  fewer.features.pop_back();
  other.weights->sha256 = hashOfA;
  none.weights.reset();
  EXPECT_EQ(textOf(fewer), "the signature has other features than the index of builds says; compile the model again");
  for (const Build &changed : {other, none})
    EXPECT_EQ(textOf(changed),
              "the signature has other weights than the index of builds says; compile the model again");
}

TEST(BuildIndex, FeaturesAreShown) {
  EXPECT_EQ(describeFeatures(example().builds[0]), "simd128, relaxed-simd");
  EXPECT_EQ(describeFeatures({}), "no features");
}

} // namespace
} // namespace wasmind::abi
