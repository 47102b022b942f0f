// Damaged signatures and modules never crash the readers, and what is still accepted keeps every rule.
#include "abi/Signature.h"
#include "abi/WasmSections.h"
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <nlohmann/json.hpp>
#include <random>

using namespace wasmind::abi;

namespace {

std::vector<uint8_t> readVector(const std::string &file) {
  std::ifstream stream(std::string(std::getenv("WASMIND_BUILD")) + "/abi/vectors/" + file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Replaces, removes, doubles or swaps a few bytes.
void mutate(std::vector<uint8_t> &bytes, std::mt19937 &random) {
  for (unsigned edits = 1 + random() % 4; edits-- && !bytes.empty();) {
    auto at = bytes.begin() + ptrdiff_t(random() % bytes.size());
    switch (random() % 5) {
    case 0:
      *at = uint8_t(random());
      break;
    case 1:
      *at ^= uint8_t(1u << random() % 8);
      break;
    case 2:
      bytes.erase(at, at + ptrdiff_t(std::min<size_t>(1 + random() % 8, size_t(bytes.end() - at))));
      break;
    case 3:
      bytes.insert(at, 1 + random() % 4, uint8_t(*at));
      break;
    default:
      std::swap(*at, bytes[random() % bytes.size()]);
    }
  }
}

/// Whatever was accepted can be trusted by a host: the places of all tensors lie inside the memory.
void expectTrustworthy(const Signature &signature) {
  EXPECT_FALSE(validate(signature));
  const uint64_t limit = signature.memory.byteLength();
  for (const Function &function : signature.functions)
    for (const std::vector<Tensor> *list : {&function.inputs, &function.outputs})
      for (const Tensor &tensor : *list) {
        EXPECT_LE(tensor.offset, limit);
        EXPECT_LE(tensor.byteLength, limit - tensor.offset);
      }
  for (const Function &function : signature.functions)
    for (const State &state : function.state) {
      EXPECT_LE(state.tensor.offset, limit);
      EXPECT_LE(state.tensor.byteLength, limit - state.tensor.offset);
      EXPECT_TRUE(!state.initialOffset || *state.initialOffset + state.tensor.byteLength <= limit);
    }
  if (signature.library) {
    EXPECT_TRUE(signature.functions.empty() && signature.dims.empty() && !signature.weights.external);
    EXPECT_FALSE(signature.library->operators.empty());
    for (const Operator &each : signature.library->operators) {
      EXPECT_LE(each.argumentCount(), maxOperandCount);
      for (const Variant &variant : each.variants)
        EXPECT_TRUE(variant.inputs.size() == each.inputs.size() && variant.outputs.size() == each.outputs.size());
    }
  }
  EXPECT_TRUE(parseSignature(writeSignature(signature)));
}

} // namespace

TEST(Mutations, ofBytes) {
  std::mt19937 random(1);
  for (const char *file :
       {"add.wasm", "keep_positive.wasm", "external_weights.wasm", "state_initial.wasm", "library.wasm"}) {
    const std::vector<uint8_t> original = readVector(file);
    ASSERT_FALSE(original.empty()) << "build the target wasmind_vectors";
    for (int round = 0; round < 3000; ++round) {
      std::vector<uint8_t> bytes = original;
      mutate(bytes, random);
      Result<std::span<const uint8_t>> section = findCustomSection(bytes, sectionName);
      if (!section)
        continue;
      std::string text(section->begin(), section->end());
      if (Result<Signature> signature = parseSignature(text))
        expectTrustworthy(*signature);
    }
  }
}

/// Valid JSON with one value replaced by another that is likely to be at an edge.
TEST(Mutations, ofFields) {
  using Json = nlohmann::json;
  std::mt19937 random(2);
  const Json edges[] = {
      0,          1,     -1,      4,    65535, 65536, 2147483647,    4294967295,     4294967296,
      UINT64_MAX, 1e300, nullptr, true, "",    "n",   Json::array(), Json::object(), Json::array({"n", 4})};
  for (const char *file :
       {"add.wasm", "keep_positive.wasm", "external_weights.wasm", "state_initial.wasm", "library.wasm"}) {
    const std::vector<uint8_t> module = readVector(file);
    Result<std::span<const uint8_t>> section = findCustomSection(module, sectionName);
    ASSERT_TRUE(section);
    const Json original = Json::parse(section->begin(), section->end(), nullptr, false);
    const Json paths = original.flatten();
    unsigned acceptedCount = 0;
    for (int round = 0; round < 1500; ++round) {
      Json json = original;
      for (unsigned edits = 1 + random() % 2; edits--;) {
        auto path = paths.begin();
        std::advance(path, random() % paths.size());
        Json::json_pointer pointer(path.key());
        while (!pointer.empty() && random() % 4 == 0) // now and then a whole object
          pointer.pop_back();
        if (json.contains(pointer) && !pointer.empty())
          json[pointer] = edges[random() % std::size(edges)];
      }
      if (Result<Signature> signature = parseSignature(json.dump())) {
        expectTrustworthy(*signature);
        ++acceptedCount;
      }
    }
    EXPECT_LT(acceptedCount, 1500u);
  }
}
