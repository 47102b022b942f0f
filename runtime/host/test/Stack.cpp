// Modules that recurse, and everything else, on threads with small stacks: an outcome, never the end of the process.
#include "runtime/host/src/Stack.h"
#include "runtime/host/test/Child.h"
#include "runtime/host/test/Vectors.h"
#include <functional>
#include <pthread.h>

using namespace wasmind;
using namespace wasmind::test;

namespace {

/// The result of `work` on a thread with a stack of so many bytes, and a guard of so many.
int runWithStack(size_t byteLength, std::function<int()> work, size_t guardByteLength = 4 << 10) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  EXPECT_EQ(pthread_attr_setguardsize(&attributes, guardByteLength), 0);
  EXPECT_EQ(pthread_attr_setstacksize(&attributes, byteLength), 0);
  std::pair<std::function<int()>, int> call(std::move(work), -1);
  pthread_t thread;
  auto run = [](void *given) -> void * {
    auto &[work, result] = *static_cast<std::pair<std::function<int()>, int> *>(given);
    result = work();
    return nullptr;
  };
  EXPECT_EQ(pthread_create(&thread, &attributes, run, &call), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  return call.second;
}

template <typename T> int statusOf(const Result<T> &result) { return result ? 0 : int(result.error().status); }

const size_t stacks[] = {64, 80, 96, 128, 160, 192, 224, 256, 288, 320, 384, 512, 640, 1024, 8192};

/// Of threads that have the promised stack, and a little for what calls.
bool isEnough(size_t kilobytes) { return (kilobytes << 10) >= WASMIND_LEAST_STACK + (32 << 10); }

} // namespace

TEST(Stack, recursionIsStopped) {
  for (uint64_t timeLimitMs : {0, 1000}) {
    LoadOptions options = uncached();
    options.timeLimitMs = timeLimitMs;
    Model model = loadVector("recurses.wasm", options);
    for (size_t kilobytes : stacks) {
      const int status = runInChild([&] {
        Instance instance = instantiateFilled(model);
        return runWithStack(kilobytes << 10, [&] { return statusOf(instance.runInPlace()); });
      });
      if (isEnough(kilobytes))
        EXPECT_EQ(status, int(Status::Trap)) << kilobytes;
      else
        EXPECT_TRUE(status == int(Status::Trap) || status == int(Status::Limit)) << kilobytes << ": " << status;
    }
  }
}

TEST(Stack, lackOfItIsNamedAndHarmsNothing) {
  Instance instance = instantiate(loadVector("add.wasm"));
  std::vector<float> ones(4, 1);
  Result<std::vector<Tensor>> outputs = Error{};
  runWithStack(64 << 10, [&] {
    outputs = instance.run({Tensor::of(ones, {4}), Tensor::of(ones, {4})});
    return 0;
  });
  ASSERT_FALSE(outputs);
  EXPECT_EQ(outputs.error().status, Status::Limit);
  EXPECT_TRUE(outputs.error().text.ends_with("KB of stack left where a module needs 256 KB; make the thread with more"))
      << outputs.error().text;
  EXPECT_FALSE(instance.runInPlace()) << "nothing was written";
  EXPECT_TRUE(instance.run({Tensor::of(ones, {4}), Tensor::of(ones, {4})}));
}

TEST(Stack, loadingEndsInAnOutcome) {
  for (bool isForked : {false, true})
    for (size_t kilobytes : stacks) {
      loadVector("add.wasm"); // the threads that compile, which the child lacks
      auto load = [&] {
        return runWithStack(kilobytes << 10, [] {
          auto library = OperatorLibrary::load((vectorFolder() / "library.wasm").string(), uncached());
          auto model = Model::load((vectorFolder() / "add.wasm").string(), uncached());
          auto broken = Model::load((vectorFolder() / "deep_json.wasm").string(), uncached());
          if (!library || !model)
            return statusOf(library) == statusOf(model) ? statusOf(model) : -2;
          return broken ? -3 : 0;
        });
      };
      const int status = isForked ? runInChild(load) : load();
      EXPECT_EQ(status, isEnough(kilobytes) ? 0 : int(Status::Limit)) << kilobytes;
    }
}

// Whether a byte may be read, as the kernel says.
static bool isMapped(const char *byte) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const bool isRead = write(ends[1], byte, 1) == 1;
  close(ends[0]);
  close(ends[1]);
  return isRead;
}

// What is left is there, and little more than it: some C libraries count the guard as stack.
TEST(Stack, endsAheadOfItsGuard) {
  constexpr size_t pageByteLength = 4096, byteLength = 1 << 20;
  for (size_t guardByteLength : {4 << 10, 64 << 10, 256 << 10}) {
    const int result = runWithStack(
        byteLength,
        [&] {
          const size_t left = host::stackLeft();
          const char *frame = static_cast<const char *>(__builtin_frame_address(0));
          // The frames of the two functions differ by less than a page.
          return isMapped(frame - left + pageByteLength) && left + guardByteLength + 4 * pageByteLength > byteLength;
        },
        guardByteLength);
    EXPECT_EQ(result, 1) << guardByteLength;
  }
}

TEST(Stack, ofTheMainThreadIsKnown) {
  EXPECT_GT(host::stackLeft(), size_t(1) << 20);
  EXPECT_LE(host::stackLeft(), size_t(1) << 30);
}
