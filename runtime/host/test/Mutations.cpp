// Damaged modules are refused or run inside their limits; none takes the process down.
#include "runtime/host/test/Vectors.h"
#include <random>

using namespace wasmind;
using namespace wasmind::test;

TEST(Mutations, ofModules) {
  std::mt19937 random(3);
  const char *const files[] = {"add.wasm", "keep_positive.wasm", "logical_not.wasm", "inline_weights.wasm",
                               "reports_error.wasm"};
  std::vector<std::vector<uint8_t>> originals;
  for (const char *file : files)
    originals.push_back(readVector(file));
  LoadOptions options = uncached();
  options.maxMemoryByteLength = 1 << 20;
  options.timeLimitMs = 20;
  unsigned loadedCount = 0, ranCount = 0;
  for (int round = 0; round < 2000; ++round) {
    std::vector<uint8_t> bytes = originals[size_t(round) % originals.size()];
    for (unsigned edits = 1 + random() % 3; edits--;) {
      size_t at = random() % bytes.size();
      if (random() % 8 == 0)
        bytes.erase(bytes.begin() + ptrdiff_t(at));
      else
        bytes[at] = random() % 2 ? uint8_t(random()) : uint8_t(bytes[at] ^ 1u << random() % 8);
    }
    Result<Model> model = Model::load(bytes, options);
    if (!model) {
      EXPECT_NE(model.error().text, "");
      continue;
    }
    ++loadedCount;
    Result<Instance> instance = Instance::create(*model);
    if (!instance)
      continue;
    for (size_t function = 0; function < model->signature().functions.size(); ++function) {
      for (size_t input = 0; input < model->signature().functions[function].inputs.size(); ++input)
        EXPECT_TRUE(instance->input(input, function)); // holds what the memory does
      if (Result<std::vector<Tensor>> outputs = instance->runInPlace(function)) {
        ++ranCount;
        volatile std::byte sink{};
        for (const Tensor &output : *outputs) // every byte of every view can be read
          for (size_t at = 0; at < output.byteLength(); ++at)
            sink = output.data()[at];
        (void)sink;
      }
    }
  }
  EXPECT_GT(loadedCount, 50u) << "the mutations are too coarse to reach the engine";
  EXPECT_GT(ranCount, 20u);
}
