// Operator libraries through the C++ classes: calls, tensors in the library's memory, growth, limits, threads, damage.
#include "runtime/host/src/OperatorLibrary.h"
#include "runtime/host/test/Vectors.h"
#include <algorithm>
#include <cstring>
#include <numeric>
#include <random>
#include <thread>

using namespace wasmind;
using namespace wasmind::test;

extern "C" wasmind_status addInC(wasmind_library *library, const float *a, float *sum,
                                 wasmind_error **error); // Header.c

namespace {

OperatorLibrary loadLibrary(const LoadOptions &options = uncached()) {
  Result<OperatorLibrary> library = OperatorLibrary::load((vectorFolder() / "library.wasm").string(), options);
  if (!library) {
    ADD_FAILURE() << library.error().text << " (is the target wasmind_vectors built?)";
    std::abort();
  }
  return std::move(*library);
}

GuestTensor makeTensor(OperatorLibrary &library, DType dtype, std::initializer_list<int64_t> shape) {
  Result<GuestTensor> tensor = library.tensor(dtype, shape);
  if (!tensor) {
    ADD_FAILURE() << tensor.error().text;
    std::abort();
  }
  return std::move(*tensor);
}

} // namespace

TEST(OperatorLibrary, listsOperators) {
  OperatorLibrary library = loadLibrary();
  const std::vector<OperatorDescription> &operators = library.operators();
  auto scale = std::find_if(operators.begin(), operators.end(),
                            [](const OperatorDescription &each) { return each.name == "Scale"; });
  ASSERT_NE(scale, operators.end());
  EXPECT_FALSE(scale->isLinked);
  EXPECT_EQ(scale->inputs, std::vector<std::string>{"x"});
  EXPECT_EQ(scale->outputs, std::vector<std::string>{"y"});
  ASSERT_EQ(scale->attributes.size(), 3u);
  EXPECT_FALSE(scale->attributes[0].hasDefault);
  EXPECT_EQ(scale->attributes[1].kind, WASMIND_INTEGER);
  EXPECT_EQ(scale->attributes[1].defaultInteger, -1);
  ASSERT_EQ(scale->variants.size(), 1u);
  EXPECT_EQ(scale->variants[0].inputs, std::vector{DType::F32});
  auto linked =
      std::find_if(operators.begin(), operators.end(), [](const OperatorDescription &each) { return each.isLinked; });
  ASSERT_NE(linked, operators.end());
  EXPECT_TRUE(linked->inputs.empty() && linked->variants.empty());
}

TEST(OperatorLibrary, callsByName) {
  OperatorLibrary library = loadLibrary();
  std::vector<float> a{1, 2}, b{10, 20}, sum(2);
  const Tensor left = Tensor::of(a, {2}), right = Tensor::of(b, {2});
  Result<GuestTensor> made = library.call("Add", {left, right});
  ASSERT_TRUE(made) << made.error().text;
  EXPECT_EQ(made->elements<float>()[1], 22);
  Result<void> done = library.callInto("Add", {Tensor::of(sum, {2})}, {left, right});
  ASSERT_TRUE(done) << done.error().text;
  EXPECT_EQ(sum, (std::vector<float>{11, 22}));
  Result<GuestTensor> scaled = library.call("Scale", {*made}, {{"factor", 2}, {"shift", 1}, {"negate", true}});
  ASSERT_TRUE(scaled) << scaled.error().text;
  EXPECT_EQ(scaled->elements<float>()[0], -23);
  Result<std::vector<GuestTensor>> twins = library.callAll("Twin", {left});
  ASSERT_TRUE(twins) << twins.error().text;
  EXPECT_EQ(twins->size(), 2u);
}

TEST(OperatorLibrary, callsFromC) {
  OperatorLibrary library = loadLibrary();
  const float a[] = {1, 2, 3, 4};
  float sum[4];
  wasmind_error *error = nullptr;
  // The golden library's Add has no broadcasting.
  EXPECT_EQ(addInC(library.get(), a, sum, &error), WASMIND_INVALID_ARGUMENT);
  EXPECT_NE(std::string(wasmind_error_text(error)).find("shapes"), std::string::npos);
  EXPECT_STREQ(wasmind_error_kind(error), "ValueError");
  wasmind_error_delete(error);
}

TEST(OperatorLibrary, tensorsInItsMemoryAreUsedInPlace) {
  OperatorLibrary library = loadLibrary();
  GuestTensor a = makeTensor(library, DType::I32, {3}), b = makeTensor(library, DType::I32, {3});
  std::iota(a.elements<int32_t>().begin(), a.elements<int32_t>().end(), 1);
  std::fill(b.elements<int32_t>().begin(), b.elements<int32_t>().end(), 10);
  // The output is an input: in place.
  Result<void> done = library.callInto("Add", {a}, {a, b});
  ASSERT_TRUE(done) << done.error().text;
  EXPECT_EQ(a.elements<int32_t>()[2], 13);
}

TEST(OperatorLibrary, viewsOutliveGrowthAndTheLibrary) {
  std::optional<OperatorLibrary> library(loadLibrary());
  GuestTensor small = makeTensor(*library, DType::F32, {2});
  float *data = small.elements<float>().data();
  data[0] = 7;
  const uint64_t before = library->memoryByteLength();
  GuestTensor large = makeTensor(*library, DType::U8, {1 << 20});
  EXPECT_GT(library->memoryByteLength(), before);
  large.elements<uint8_t>().back() = 1;
  EXPECT_EQ(small.elements<float>().data(), data);
  EXPECT_EQ(data[0], 7);
  library.reset();
  EXPECT_EQ(small.elements<float>()[0], 7);
}

TEST(OperatorLibrary, givesMemoryBack) {
  OperatorLibrary library = loadLibrary();
  std::vector<uint8_t> large(3 << 20, 5);
  const Tensor tensor = Tensor::of(large, {3 << 20});
  uint64_t steady = 0;
  for (int round = 0; round < 20; ++round) {
    Result<GuestTensor> copy = library.call("Copy", {tensor});
    ASSERT_TRUE(copy) << copy.error().text;
    EXPECT_EQ(copy->elements<uint8_t>().back(), 5);
    GuestTensor other = makeTensor(library, DType::F64, {1000});
    if (round == 2)
      steady = library.memoryByteLength();
  }
  EXPECT_EQ(library.memoryByteLength(), steady);
}

TEST(OperatorLibrary, memoryLimitIsNoEnd) {
  LoadOptions options = uncached();
  options.maxMemoryByteLength = 16 * 65536;
  OperatorLibrary library = loadLibrary(options);
  Result<GuestTensor> tooLarge = library.tensor(DType::F32, {1 << 20});
  ASSERT_FALSE(tooLarge);
  EXPECT_EQ(tooLarge.error().status, Status::Limit);
  Result<GuestTensor> impossible = library.tensor(DType::F64, {1 << 30, 1 << 30, 1 << 30});
  ASSERT_FALSE(impossible);
  EXPECT_EQ(impossible.error().status, Status::Limit) << impossible.error().text;
  EXPECT_TRUE(library.tensor(DType::F32, {16}));
  for (std::initializer_list<int64_t> shape : {std::initializer_list<int64_t>{-1}, {1, 1, 1, 1, 1, 1, 1, 1, 1}}) {
    Result<GuestTensor> none = library.tensor(DType::F32, shape);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().status, Status::InvalidArgument);
  }
}

TEST(OperatorLibrary, trapEndsIt) {
  OperatorLibrary library = loadLibrary();
  GuestTensor x = makeTensor(library, DType::F32, {1});
  x.elements<float>()[0] = 3;
  Result<GuestTensor> trapped = library.call("Trap", {x});
  ASSERT_FALSE(trapped);
  EXPECT_EQ(trapped.error().status, Status::Trap);
  Result<GuestTensor> later = library.call("Copy", {x});
  ASSERT_FALSE(later);
  EXPECT_EQ(later.error().status, Status::InvalidArgument);
  EXPECT_NE(later.error().text.find("cannot be used again"), std::string::npos) << later.error().text;
  EXPECT_EQ(x.elements<float>()[0], 3);
}

TEST(OperatorLibrary, forgedAllocationsAreNotFollowed) {
  OperatorLibrary library = loadLibrary();
  std::vector<float> x{1};
  Result<GuestTensor> forged = library.call("Forge", {Tensor::of(x, {1})}, {{"kind", 13}}); // allocates as usual
  ASSERT_TRUE(forged) << forged.error().text;
  Result<GuestTensor> tensor = library.tensor(DType::F32, {4});
  ASSERT_FALSE(tensor);
  EXPECT_EQ(tensor.error().status, Status::InvalidModule) << tensor.error().text;
}

TEST(OperatorLibrary, tensorsOfAnotherLibraryAreRefused) {
  OperatorLibrary library = loadLibrary(), other = loadLibrary();
  GuestTensor x = makeTensor(other, DType::F32, {1});
  Result<GuestTensor> copy = library.call("Copy", {x});
  ASSERT_FALSE(copy);
  EXPECT_EQ(copy.error().status, Status::InvalidArgument);
  EXPECT_NE(copy.error().text.find("another library"), std::string::npos);
}

TEST(OperatorLibrary, instancesShareTheModuleAndNothingElse) {
  LoadOptions options = uncached();
  options.maxMemoryByteLength = 16 * 65536;
  OperatorLibrary library = loadLibrary(options);
  Result<OperatorLibrary> other = library.instantiate();
  ASSERT_TRUE(other) << other.error().text;
  EXPECT_EQ(&other->operators(), &library.operators());
  GuestTensor x = makeTensor(library, DType::F32, {1});
  Result<GuestTensor> copy = other->call("Copy", {x});
  ASSERT_FALSE(copy);
  EXPECT_NE(copy.error().text.find("another library"), std::string::npos) << copy.error().text;
  const uint64_t before = other->memoryByteLength();
  makeTensor(library, DType::U8, {1 << 18});
  EXPECT_EQ(other->memoryByteLength(), before);
  Result<GuestTensor> tooLarge = other->tensor(DType::U8, {1 << 20});
  ASSERT_FALSE(tooLarge);
  EXPECT_EQ(tooLarge.error().text.find("u8 tensor of shape [1048576]: out of memory: "), 0u) << tooLarge.error().text;
  // One that trapped leaves the other alone, and the other outlives it.
  std::optional<OperatorLibrary> trapped(std::move(library));
  EXPECT_FALSE(trapped->call("Trap", {x}));
  trapped.reset();
  std::vector<float> element{3};
  EXPECT_TRUE(other->call("Copy", {Tensor::of(element, {1})}));
}

TEST(OperatorLibrary, twoInstancesInTwoThreads) {
  const OperatorLibrary shared = loadLibrary();
  auto work = [&](int32_t seed) {
    Result<OperatorLibrary> library = shared.instantiate();
    ASSERT_TRUE(library) << library.error().text;
    for (int32_t round = 0; round < 200; ++round) {
      std::vector<int32_t> a(size_t(round % 70 + 1), seed), b(a.size(), round);
      Result<GuestTensor> sum =
          library->call("Add", {Tensor::of(a, {int64_t(a.size())}), Tensor::of(b, {int64_t(b.size())})});
      ASSERT_TRUE(sum) << sum.error().text;
      for (int32_t element : sum->elements<int32_t>())
        ASSERT_EQ(element, seed + round);
    }
  };
  std::thread first(work, 1), second(work, 1000);
  first.join();
  second.join();
}

TEST(OperatorLibrary, stridedTensorsAreUsedInPlace) {
  OperatorLibrary library = loadLibrary();
  std::optional<GuestTensor> matrix(makeTensor(library, DType::I32, {2, 3}));
  std::iota(matrix->elements<int32_t>().begin(), matrix->elements<int32_t>().end(), 0);
  Result<GuestTensor> turned = matrix->transposed(), same = matrix->transposed({0, 1});
  ASSERT_TRUE(turned && same);
  EXPECT_TRUE(same->isDense());
  EXPECT_FALSE(turned->isDense());
  EXPECT_EQ(turned->view().byteLength(), 0u);
  EXPECT_EQ(turned->view().data(), matrix->view().data());
  auto copied = [&](const GuestTensor &tensor) {
    Result<GuestTensor> copy = library.call("Copy", {tensor});
    EXPECT_TRUE(copy) << copy.error().text;
    return std::vector<int32_t>(copy->elements<int32_t>().begin(), copy->elements<int32_t>().end());
  };
  EXPECT_EQ(copied(*turned), (std::vector{0, 3, 1, 4, 2, 5}));
  // Of a strided one: its last column, backwards. It holds the elements, too.
  Result<GuestTensor> column = turned->strided({3}, {-1}, 5);
  ASSERT_TRUE(column) << column.error().text;
  EXPECT_EQ(copied(*column), (std::vector{5, 4, 3}));
  // Of a dense part: what the part does not show is still there.
  Result<GuestTensor> row = matrix->strided({3}, {1}, 3);
  ASSERT_TRUE(row && row->isDense());
  EXPECT_EQ(std::vector(row->elements<int32_t>().begin(), row->elements<int32_t>().end()), (std::vector{3, 4, 5}));
  EXPECT_EQ(copied(*row->strided({3}, {-2}, 1)), (std::vector{4, 2, 0}));
  // An output: written where the matrix is.
  std::vector<int32_t> values{10, 11, 12, 13, 14, 15};
  Result<void> done = library.callInto("Copy", {*turned}, {Tensor::of(values, {3, 2})});
  ASSERT_TRUE(done) << done.error().text;
  EXPECT_EQ(copied(*matrix), (std::vector{10, 12, 14, 11, 13, 15}));
  matrix.reset();
  same = Error{};
  for (int count = 0; count < 4; ++count) {
    GuestTensor other = makeTensor(library, DType::I32, {2, 3});
    std::fill(other.elements<int32_t>().begin(), other.elements<int32_t>().end(), -1);
  }
  EXPECT_EQ(copied(*turned), (std::vector{10, 11, 12, 13, 14, 15}));
  for (std::initializer_list<size_t> axes : {std::initializer_list<size_t>{0}, {0, 0}, {0, 2}, {0, 1, 2}}) {
    Result<GuestTensor> none = turned->transposed(axes);
    ASSERT_FALSE(none);
    EXPECT_NE(none.error().text.find("no order of the 2 axes"), std::string::npos) << none.error().text;
  }
  EXPECT_FALSE(turned->strided({1, 1}, {1}));
}

TEST(OperatorLibrary, tensorsMayEndOnAnotherThread) {
  OperatorLibrary library = loadLibrary();
  std::vector<GuestTensor> tensors;
  for (int count = 0; count < 100; ++count)
    tensors.push_back(makeTensor(library, DType::F32, {100}));
  std::thread other([&] { tensors.clear(); });
  for (int round = 0; round < 100; ++round)
    EXPECT_TRUE(library.tensor(DType::F32, {10}));
  other.join();
}

TEST(OperatorLibrary, modelsAndLibrariesAreTold) {
  Result<OperatorLibrary> library = OperatorLibrary::load((vectorFolder() / "add.wasm").string(), uncached());
  ASSERT_FALSE(library);
  EXPECT_EQ(library.error().status, Status::Unsupported);
  EXPECT_NE(library.error().text.find("load it with Model"), std::string::npos) << library.error().text;
  Result<Model> model = Model::load((vectorFolder() / "library.wasm").string(), uncached());
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().status, Status::Unsupported);
  EXPECT_NE(model.error().text.find("load it with OperatorLibrary"), std::string::npos) << model.error().text;
}

TEST(OperatorLibrary, cInterfaceRefusesNonsense) {
  OperatorLibrary library = loadLibrary();
  wasmind_error *error = nullptr;
  wasmind_argument output = {};
  float element = 1;
  const int64_t one = 1, negative = -1;
  auto refuse = [&](wasmind_tensor tensor) {
    wasmind_argument argument = {};
    argument.kind = WASMIND_TENSOR;
    argument.of.tensor = tensor;
    EXPECT_EQ(wasmind_library_call(library.get(), *library.find("Copy"), &argument, 1, &output, 1, &error),
              WASMIND_INVALID_ARGUMENT);
    EXPECT_EQ(output.kind, WASMIND_NONE);
    wasmind_error_delete(error);
  };
  refuse({WASMIND_F32, 1, nullptr, &element, 4});
  refuse({WASMIND_F32, 1, &one, nullptr, 4});
  refuse({WASMIND_F32, 1, &one, &element, 8});
  refuse({WASMIND_F32, 1, &negative, &element, 4});
  refuse({99, 1, &one, &element, 4});
  refuse({WASMIND_F32, SIZE_MAX, &one, &element, 4});
  EXPECT_EQ(wasmind_library_call(library.get(), 999, nullptr, 0, nullptr, 0, nullptr), WASMIND_INVALID_ARGUMENT);
  EXPECT_EQ(wasmind_library_call(library.get(), 0, nullptr, 1, nullptr, 0, nullptr), WASMIND_INVALID_ARGUMENT);
  EXPECT_EQ(wasmind_library_tensor(library.get(), 77, &one, 1, nullptr, nullptr), WASMIND_INVALID_ARGUMENT);
  EXPECT_EQ(wasmind_library_operator(library.get(), 999).name, nullptr);
  EXPECT_EQ(wasmind_library_input(library.get(), 0, 999), nullptr);
}

TEST(OperatorLibrary, damagedModules) {
  std::mt19937 random(5);
  const std::vector<uint8_t> original = readVector("library.wasm");
  LoadOptions options = uncached();
  options.maxMemoryByteLength = 1 << 20;
  options.timeLimitMs = 20;
  unsigned loadedCount = 0, ranCount = 0;
  std::vector<float> x(6, 1);
  for (int round = 0; round < 1500; ++round) {
    std::vector<uint8_t> bytes = original;
    for (unsigned edits = 1 + random() % 3; edits--;)
      bytes[random() % bytes.size()] ^= uint8_t(1u << random() % 8);
    Result<OperatorLibrary> library = OperatorLibrary::load(bytes, options);
    if (!library)
      continue;
    ++loadedCount;
    for (const OperatorDescription &each : library->operators()) {
      Result<std::vector<GuestTensor>> made = library->callAll(each.name.c_str(), {Tensor::of(x, {2, 3}), 2});
      if (!made)
        made = library->callAll(each.name.c_str(), {Tensor::of(x, {6})});
      if (!made)
        continue;
      ++ranCount;
      volatile std::byte sink{};
      for (const GuestTensor &tensor : *made) // every byte of every view can be read
        for (size_t at = 0; at < tensor.view().byteLength(); ++at)
          sink = tensor.view().data()[at];
      (void)sink;
    }
  }
  EXPECT_GT(loadedCount, 30u) << "the mutations are too coarse to reach the engine";
  EXPECT_GT(ranCount, 30u);
}

// What lies in `out` before the call, which nobody may have written yet, is no concern of the module.
TEST(OperatorLibrary, outputsAreNotShownToTheModule) {
  OperatorLibrary library = loadLibrary();
  const std::vector<float> ones(4, 1);
  std::vector<float> sum(4, -123456.75f);
  const Tensor a = Tensor::of(ones, {4}), out = Tensor::of(sum, {4});
  const GuestTensor tensor = makeTensor(library, DType::F32, {4});
  auto countInMemory = [&](float number) {
    // The elements lie behind descriptor and shape, in units of the alignment.
    const std::byte *memory = tensor.view().data() - wasmind::abi::tensorAlignment - tensor.get()->block->address;
    size_t count = 0;
    for (uint64_t at = 0; at + sizeof number <= library.memoryByteLength(); at += sizeof number)
      count += std::memcmp(memory + at, &number, sizeof number) == 0;
    return count;
  };
  const std::vector<float> five(5, 77.125f);
  EXPECT_FALSE(library.callInto("Add", {out}, {a, Tensor::of(five, {5})})) << "the shapes do not fit";
  EXPECT_EQ(countInMemory(77.125f), 5u);
  EXPECT_EQ(countInMemory(-123456.75f), 0u);
  ASSERT_TRUE(library.callInto("Add", {out}, {a, a}));
  EXPECT_EQ(sum, std::vector<float>(4, 2));
  EXPECT_EQ(countInMemory(-123456.75f), 0u);
}
