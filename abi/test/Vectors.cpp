// The golden modules as far as they can be judged without an engine.
#include "abi/Signature.h"
#include "abi/WasmSections.h"
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

/// The signature of a module's bytes, or why there is none.
Result<Signature> signatureOf(const std::string &module) {
  Result<std::span<const uint8_t>> section =
      findCustomSection({reinterpret_cast<const uint8_t *>(module.data()), module.size()}, sectionName);
  if (!section)
    return section.error();
  return parseSignature({reinterpret_cast<const char *>(section->data()), section->size()});
}

/// What only the engine, or a look at the weights file, can refuse.
const std::set<std::string> needsEngine = {
    "pages_forged",         "memory_grows",        "memory_unbounded",        "memory_not_exported",
    "entry_not_exported",   "entry_of_other_type", "version_export_differs",  "wants_imports",
    "has_start_function",   "invalid_code",        "weights_of_other_length", "weights_missing",
    "weights_of_other_hash"};

/// The same of operator libraries.
const std::set<std::string> libraryNeedsEngine = {
    "library_export_missing",   "library_pages_forged", "library_memory_is_fixed",  "library_memory_is_bounded",
    "library_without_allocate", "library_without_free", "library_of_other_version", "library_operator_of_other_type"};

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
