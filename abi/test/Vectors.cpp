// The golden modules as far as they can be validated without an engine.
#include "abi/ModuleRules.h"
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

using namespace wasmind::abi;
using Json = nlohmann::json;

namespace {

std::string readFile(const std::string &file) {
  std::ifstream stream(std::string(std::getenv("WASMIND_BUILD")) + "/abi/vectors/" + file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// The signature of a module's bytes that keep the contract as far as that shows without an engine, or why there is
/// none.
Result<Signature> signatureOf(const std::string &module) {
  const std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t *>(module.data()), module.size());
  Result<std::span<const uint8_t>> section = findCustomSection(bytes, sectionName);
  if (!section)
    return section.error();
  Result<Signature> signature = parseSignature({reinterpret_cast<const char *>(section->data()), section->size()});
  if (signature)
    if (std::optional<Error> error = checkModule(*readSections(bytes), *signature))
      return *error;
  return signature;
}

/// What only the engine, or a look at the weights file, can refuse.
const std::set<std::string> needsEngine = {"version_export_differs",         "invalid_code",
                                           "weights_of_other_length",        "weights_missing",
                                           "weights_of_other_hash",          "hostile_exports_no_such_function",
                                           "hostile_type_of_many_parameters"};

/// The same of operator libraries.
const std::set<std::string> libraryNeedsEngine = {"library_of_other_version"};

} // namespace

TEST(Vectors, verdictsOfTheSignatureReader) {
  Json index = Json::parse(readFile("index.json"), nullptr, false);
  ASSERT_TRUE(index.is_object()) << "build the target wasmind_vectors";
  ASSERT_GT(index["vectors"].size(), 40u);
  for (const Json &entry : index["vectors"]) {
    const std::string file = entry["file"];
    SCOPED_TRACE(file);
    Result<Signature> signature = signatureOf(readFile(file));
    if (entry["accept"].get<bool>() || needsEngine.count(file.substr(0, file.size() - 5))) {
      EXPECT_TRUE(signature) << signature.error().text;
      continue;
    }
    if (file == "library.wasm") { // fine, but no model
      ASSERT_TRUE(signature) << signature.error().text;
      EXPECT_TRUE(signature->library);
      continue;
    }
    ASSERT_FALSE(signature);
    EXPECT_EQ(signature.error().kind == Error::Kind::Unsupported, entry["status"] == "Unsupported")
        << signature.error().text;
    EXPECT_EQ(signature.error().text.find('\n'), std::string::npos) << "errors are one line";
  }
}

TEST(Vectors, verdictsOnLibraries) {
  Json index = Json::parse(readFile("index.json"), nullptr, false);
  ASSERT_GT(index["libraries"].size(), 30u);
  for (const Json &entry : index["libraries"]) {
    const std::string file = entry["file"];
    SCOPED_TRACE(file);
    Result<Signature> signature = signatureOf(readFile(file));
    if (entry["accept"].get<bool>() || libraryNeedsEngine.count(file.substr(0, file.size() - 5))) {
      ASSERT_TRUE(signature) << signature.error().text;
      EXPECT_TRUE(signature->library);
    } else if (file == "add.wasm") {
      ASSERT_TRUE(signature) << signature.error().text;
      EXPECT_FALSE(signature->library);
    } else {
      ASSERT_FALSE(signature);
      EXPECT_EQ(signature.error().kind == Error::Kind::Unsupported, entry["status"] == "Unsupported")
          << signature.error().text;
    }
  }
}
