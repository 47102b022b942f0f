// A forked child has one thread: neither the one that watches deadlines nor those that compile.
#include "runtime/host/src/Engine.h"
#include "runtime/host/test/Child.h"
#include "runtime/host/test/Vectors.h"
#include <atomic>
#include <thread>

using namespace wasmind;
using namespace wasmind::test;

namespace {

int statusOf(Instance &instance) {
  Result<std::vector<Tensor>> outputs = instance.runInPlace();
  return outputs ? 0 : int(outputs.error().status);
}

Model loadSpinning() {
  LoadOptions options = uncached();
  options.timeLimitMs = 100;
  return loadVector("spins.wasm", options);
}

} // namespace

TEST(Fork, timeLimitsHoldInAChild) {
  Model model = loadSpinning();
  Instance before = instantiateFilled(model), inherited = instantiateFilled(model);
  EXPECT_EQ(statusOf(before), int(Status::Limit)); // the thread that watches runs from now on
  EXPECT_EQ(runInChild([&] { return statusOf(inherited); }), int(Status::Limit));
  EXPECT_EQ(runInChild([&] {
              Instance own = instantiateFilled(model);
              return statusOf(own);
            }),
            int(Status::Limit));
  EXPECT_EQ(runInChild([&] { return runInChild([&] { return statusOf(inherited); }); }), int(Status::Limit));
  Instance after = instantiateFilled(model);
  EXPECT_EQ(statusOf(after), int(Status::Limit)) << "the parent keeps its own thread";
}

TEST(Fork, timeLimitsHoldInAChildThatIsForkedDuringARun) {
  Model model = loadSpinning();
  for (int round = 0; round < 3; ++round) {
    std::thread running([&] {
      Instance instance = instantiateFilled(model);
      EXPECT_EQ(statusOf(instance), int(Status::Limit));
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    EXPECT_EQ(runInChild([&] {
                Instance instance = instantiateFilled(model);
                return statusOf(instance);
              }),
              int(Status::Limit));
    running.join();
  }
}

TEST(Fork, childrenCompile) {
  for (uint64_t timeLimitMs : {0, 1000}) {
    LoadOptions options = uncached();
    options.timeLimitMs = timeLimitMs;
    loadVector("add.wasm", options); // the threads that compile run from now on
    EXPECT_EQ(runInChild([&] {
                Instance instance = instantiate(loadVector("add.wasm", options));
                std::vector<float> ones(4, 1);
                auto outputs = instance.run({Tensor::of(ones, {4}), Tensor::of(ones, {4})});
                return outputs && (*outputs)[0].elements<float>()[3] == 2 ? 0 : 1;
              }),
              0);
    EXPECT_EQ(runInChild([&] {
                auto model = Model::load((vectorFolder() / "invalid_code.wasm").string(), options);
                return model ? 0 : int(model.error().status);
              }),
              int(Status::InvalidModule));
  }
}

// Whoever forks does not wait for a run or a compilation, and the child for neither.
TEST(Fork, childrenWorkWhileOthersLoadAndRun) {
  std::atomic<bool> isOver = false;
  LoadOptions limited = uncached();
  limited.timeLimitMs = 1000;
  Model model = loadVector("add.wasm", limited);
  std::vector<float> ones(4, 1);
  auto runOnce = [&](const LoadOptions &options) {
    Instance instance = instantiate(options.timeLimitMs ? model : loadVector("add.wasm", options));
    auto outputs = instance.run({Tensor::of(ones, {4}), Tensor::of(ones, {4})});
    return outputs && (*outputs)[0].elements<float>()[3] == 2 ? 0 : 1;
  };
  std::thread others([&] {
    while (!isOver)
      EXPECT_EQ(runOnce(limited), 0);
  });
  for (int round = 0; round < 20; ++round)
    EXPECT_EQ(runInChild([&] { return runOnce(limited) + runOnce(uncached()); }), 0);
  isOver = true;
  others.join();
}

// An engine that another thread is making while the process forks, at many moments. In a process of its own, which has
// no engine yet: the test below makes it.
TEST(Fork, DISABLED_whileAnEngineIsMade) {
  using Clock = std::chrono::steady_clock;
  for (int round = 0; round < 80 && !HasFailure(); ++round)
    EXPECT_EQ(runInChild([&] {
                std::atomic<bool> hasBegun = false;
                std::thread first([&] {
                  hasBegun = true;
                  host::Engine::get(/*withTimeLimit=*/false);
                });
                while (!hasBegun)
                  std::this_thread::yield();
                const Clock::time_point end = Clock::now() + std::chrono::microseconds(10 * round);
                while (Clock::now() < end)
                  std::this_thread::yield();
                const int inner = runInChild([] {
                  host::Engine::get(/*withTimeLimit=*/false);
                  return 0;
                });
                first.join();
                return inner;
              }),
              0)
        << "forked after " << 10 * round << " microseconds";
}

TEST(Fork, enginesAreWhole) {
  const pid_t child = fork();
  if (child == 0) {
    execl("/proc/self/exe", "host_test", "--gtest_brief=1", "--gtest_also_run_disabled_tests",
          "--gtest_filter=Fork.DISABLED_whileAnEngineIsMade", nullptr);
    _exit(127);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}
