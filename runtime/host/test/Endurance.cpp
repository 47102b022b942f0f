// Memory after many runs is what it was before. WASMIND_RUNS sets how many (make endurance).
#include "runtime/host/test/Vectors.h"
#include <cstdio>
#include <functional>
#include <unistd.h>

using namespace wasmind;
using namespace wasmind::test;

namespace {

size_t runCount() {
  const char *runs = std::getenv("WASMIND_RUNS");
  return runs ? std::strtoul(runs, nullptr, 10) : 20000;
}

/// Bytes of this process in memory.
size_t residentBytes() {
  size_t total = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * size_t(sysconf(_SC_PAGESIZE));
}

/// By how many bytes the process grows while it runs `once` so often, after a tenth of that to fill what is kept.
size_t growthOf(const char *name, size_t count, const std::function<void()> &once) {
  for (size_t run = 0; run < count / 10; ++run)
    once();
  const size_t before = residentBytes();
  for (size_t run = 0; run < count; ++run)
    once();
  const size_t after = residentBytes();
  std::printf("%s: %zu runs, %zu KB before, %zu KB after\n", name, count, before >> 10, after >> 10);
  return after > before ? after - before : 0;
}

constexpr size_t keptByteLength = 1 << 20; ///< by what the allocator keeps

} // namespace

TEST(Endurance, runsKeepNoMemory) {
  Instance instance = instantiate(loadVector("keep_positive.wasm"));
  std::vector<float> values(16, 1);
  size_t length = 0;
  EXPECT_LT(growthOf("C++, runs", runCount(),
                     [&] {
                       length = (length + 1) % 18;
                       auto outputs = instance.run({Tensor(DType::F32, {int64_t(length)}, values.data(), 4 * length)});
                       ASSERT_EQ(bool(outputs), length <= 16); // one length is refused, with an error object
                     }),
            keptByteLength);
}

TEST(Endurance, callsKeepNoMemory) {
  Result<OperatorLibrary> library = OperatorLibrary::load((vectorFolder() / "library.wasm").string(), uncached());
  ASSERT_TRUE(library);
  std::vector<float> values(300, 1);
  size_t length = 0;
  EXPECT_LT(growthOf("C++, calls", runCount(),
                     [&] {
                       length = (length + 1) % 300;
                       const Tensor given = Tensor(DType::F32, {int64_t(length)}, values.data(), 4 * length);
                       ASSERT_TRUE(library->call("Add", {given, given}));
                       ASSERT_FALSE(
                           library->call("Add", {given, Tensor(DType::F32, {int64_t(length), 2}, values.data(), 4)}));
                     }),
            keptByteLength);
}

TEST(Endurance, instancesKeepNoMemory) {
  Model model = loadVector("add.wasm");
  EXPECT_LT(growthOf("C++, instances", runCount() / 20, [&] { instantiate(model); }), keptByteLength);
}

TEST(Endurance, isMeasured) {
  std::vector<std::vector<char>> kept;
  EXPECT_GE(growthOf("C++, 1 MiB kept", 200, [&] { kept.emplace_back(1 << 20, 'x'); }), keptByteLength);
}
