// What threads share: engines, the cache of compiled modules, models, libraries whose tensors end elsewhere.
// host_tsan runs this under ThreadSanitizer.
#include "runtime/host/test/Vectors.h"
#include <atomic>
#include <thread>

using namespace wasmind;
using namespace wasmind::test;

/// What the sanitizer asks for: wasmtime, and libgcc where it registers unwind tables, are not compiled for it.
extern "C" const char *__tsan_default_suppressions();
const char *__tsan_default_suppressions() { return "race:libwasmtime.so\nrace:libgcc_s.so\nmutex:libgcc_s.so\n"; }

namespace {

void inThreads(size_t count, const std::function<void(size_t)> &work) {
  std::vector<std::thread> threads;
  for (size_t number = 0; number < count; ++number)
    threads.emplace_back(work, number);
  for (std::thread &thread : threads)
    thread.join();
}

/// An instance has the addresses of one that has ended, perhaps in another thread. wasmtime orders the two, by system
/// calls that the sanitizer does not see: here this says so.
class Mapped {
public:
  explicit Mapped(const Model &model) : instance(instantiate(model)) { ended.load(std::memory_order_acquire); }
  ~Mapped() { ended.fetch_add(1, std::memory_order_release); }
  Instance instance;

private:
  static inline std::atomic<size_t> ended = 0;
};

bool adds(const Model &model) {
  std::vector<float> ones(4, 1);
  Mapped mapped(model);
  Instance &instance = mapped.instance;
  auto outputs = instance.run({Tensor::of(ones, {4}), Tensor::of(ones, {4})});
  return outputs && (*outputs)[0].elements<float>()[3] == 2;
}

} // namespace

TEST(Threads, loadAtOnce) {
  TemporaryFolder folder;
  inThreads(4, [&](size_t number) {
    LoadOptions options;
    options.cacheFolder = (folder.path / "cache").string();
    for (size_t round = 0; round < 6; ++round) {
      options.disableCache = round % 3 == 0;
      options.timeLimitMs = (number + round) % 2 ? 10000 : 0;
      EXPECT_TRUE(adds(loadVector("add.wasm", options)));
    }
  });
}

TEST(Threads, shareAModel) {
  LoadOptions options = uncached();
  options.timeLimitMs = 10000;
  const Model plain = loadVector("add.wasm"), limited = loadVector("add.wasm", options);
  inThreads(4, [&](size_t) {
    for (size_t round = 0; round < 30; ++round) {
      EXPECT_TRUE(adds(plain));
      EXPECT_TRUE(adds(limited));
    }
  });
}

TEST(Threads, deadlinesOfManyRuns) {
  LoadOptions options = uncached();
  options.timeLimitMs = 20;
  const Model model = loadVector("spins.wasm", options);
  inThreads(4, [&](size_t) {
    for (size_t round = 0; round < 3; ++round) {
      Mapped mapped(model);
      for (size_t input : {0, 1})
        EXPECT_TRUE(mapped.instance.input(input));
      auto outputs = mapped.instance.runInPlace();
      EXPECT_TRUE(!outputs && outputs.error().status == Status::Limit);
    }
  });
}

TEST(Threads, tensorsEndWhileTheLibraryWorks) {
  Result<OperatorLibrary> library = OperatorLibrary::load((vectorFolder() / "library.wasm").string(), uncached());
  ASSERT_TRUE(library);
  constexpr size_t count = 400;
  std::vector<std::unique_ptr<GuestTensor>> tensors;
  for (size_t index = 0; index < count; ++index)
    tensors.push_back(std::make_unique<GuestTensor>(std::move(*library->tensor(DType::F32, {4}))));
  std::atomic<size_t> used = 0;
  inThreads(4, [&](size_t number) {
    for (size_t index = 0; index < count; ++index) {
      if (number == 0) { // the one thread that uses it
        std::vector<float> ones(4, 1);
        EXPECT_TRUE(library->call("Add", {Tensor::of(ones, {4}), Tensor::of(ones, {4})}));
        ++used;
      } else if (index % 3 == number - 1) {
        tensors[index].reset();
      }
    }
  });
  EXPECT_EQ(used, count);
}
