// Running: arguments that do not fit, views without copies, broken instances, threads.
#include "runtime/host/test/Vectors.h"
#include <algorithm>
#include <chrono>
#include <thread>

using namespace wasmind;
using namespace wasmind::test;

namespace {

std::string errorOf(const Result<std::vector<Tensor>> &outputs) { return outputs ? "" : outputs.error().text; }

} // namespace

TEST(Instance, inputsThatDoNotFit) {
  Model model = loadVector("add.wasm");
  Instance instance = instantiate(model);
  std::vector<float> four(4), five(5);
  std::vector<int32_t> integers(4);
  Tensor fine = Tensor::of(four, {4});
  EXPECT_EQ(errorOf(instance.run({fine})), "generate.py: 1 inputs where entry 'run' takes 2");
  EXPECT_EQ(errorOf(instance.run({fine, Tensor::of(five, {5})})), "input 'b': axis 0 is 5, the model needs 4");
  EXPECT_EQ(errorOf(instance.run({fine, Tensor::of(four, {2, 2})})), "input 'b': rank 2, shape [4] has rank 1");
  EXPECT_EQ(errorOf(instance.run({fine, Tensor::of(integers, {4})})),
            "input 'b': element type i32, the model needs f32");
  EXPECT_EQ(errorOf(instance.run({fine, Tensor::of(five, {4})})), "input 'b': 20 bytes where its shape needs 16");
  EXPECT_EQ(errorOf(instance.run({fine, Tensor(DType::F32, {4}, nullptr, 16)})), "input 'b': its data is NULL");
  EXPECT_EQ(errorOf(instance.run({fine, Tensor(DType(77), {4}, four.data(), 16)})),
            "input 'b': element type of unknown code, the model needs f32");
  EXPECT_EQ(errorOf(instance.run({fine, fine}, 1)), "generate.py: no entry 1, it has 1");
  EXPECT_TRUE(instance.run({fine, fine})) << "a refused call leaves the instance usable";
}

TEST(Instance, extentsOfState) {
  Instance instance = instantiate(loadVector("state_growing_from_initial.wasm"));
  EXPECT_EQ(*instance.extent(0), 3);
  std::vector<float> one(1), four(4);
  ASSERT_TRUE(instance.run({Tensor::of(one, {1}), Tensor::of(four, {4})}));
  EXPECT_EQ(*instance.extent(0), 4);
  ASSERT_TRUE(instance.reset());
  EXPECT_EQ(*instance.extent(0), 3);
  EXPECT_NE(instance.extent(1).error().text.find("'new' is not kept"), std::string::npos);
  EXPECT_EQ(instance.extent(3).error().status, Status::InvalidArgument);
}

TEST(Instance, dimsThatDoNotFit) {
  Instance instance = instantiate(loadVector("shared_dim.wasm"));
  std::vector<float> values(17);
  auto first = [&](int64_t count) { return Tensor(DType::F32, {count}, values.data(), size_t(count) * 4); };
  EXPECT_EQ(errorOf(instance.run({first(2), first(3)})),
            "inputs disagree on dim 'n': it is 2 by axis 0 of 'a' and 3 by axis 0 of 'b'");
  EXPECT_EQ(errorOf(instance.run({first(17), first(17)})),
            "input 'a': axis 0 is 17, outside 0..16 of 'n'; compile with --dim n=0..17 to allow it");
  EXPECT_EQ(errorOf(instance.run({Tensor(DType::F32, {-1}, values.data(), 4), first(1)})),
            "input 'a': axis 0 is -1, outside 0..16 of 'n'");
  Result<std::vector<Tensor>> outputs = instance.run({first(16), first(16)});
  ASSERT_TRUE(outputs);
  EXPECT_EQ((*outputs)[0].shape(), std::vector<int64_t>{16});
}

TEST(Instance, runsOnItsViewsWithoutCopies) {
  Instance instance = instantiate(loadVector("shared_dim.wasm"));
  Result<Tensor> atBounds = instance.input(0);
  ASSERT_TRUE(atBounds);
  EXPECT_EQ(atBounds->shape(), std::vector<int64_t>{16});
  const int64_t shape[] = {3};
  ASSERT_TRUE(instance.resizeInput(0, shape));
  ASSERT_TRUE(instance.resizeInput(1, shape));
  std::span<float> a = instance.input(0)->elements<float>(), b = instance.input(1)->elements<float>();
  ASSERT_EQ(a.size(), 3u);
  for (size_t i = 0; i < 3; ++i)
    a[i] = float(i), b[i] = 10;
  for (int round = 0; round < 3; ++round) { // inputs survive a run
    Result<std::vector<Tensor>> outputs = instance.runInPlace();
    ASSERT_TRUE(outputs) << outputs.error().text;
    EXPECT_EQ((*outputs)[0].elements<float>()[2], 12);
  }
  // The view itself as an argument is not copied, an output of the last run may be an input of the next.
  Result<Tensor> sum = instance.output(0);
  ASSERT_TRUE(sum);
  Result<std::vector<Tensor>> outputs = instance.run({*sum, *instance.input(1)});
  ASSERT_TRUE(outputs);
  EXPECT_EQ((*outputs)[0].elements<float>()[2], 22);
}

TEST(Instance, resizesThatDoNotFit) {
  Instance instance = instantiate(loadVector("shared_dim.wasm"));
  const int64_t large[] = {17}, two[] = {1, 1}, fine[] = {4};
  EXPECT_FALSE(instance.resizeInput(0, large));
  EXPECT_FALSE(instance.resizeInput(0, two));
  EXPECT_FALSE(instance.resizeInput(2, fine));
  EXPECT_FALSE(instance.resizeInput(0, fine, 1));
  EXPECT_EQ(instance.input(0)->shape(), std::vector<int64_t>{16});
  EXPECT_FALSE(instance.input(2));
}

TEST(Instance, outputsNeedARun) {
  Instance instance = instantiate(loadVector("two_entries.wasm"));
  EXPECT_EQ(instance.output(0).error().text, "generate.py: entry 'run' was not the last one run with success");
  std::vector<float> four{1, 2, 3, 4};
  ASSERT_TRUE(instance.run({Tensor::of(four, {4})}, 1));
  EXPECT_TRUE(instance.output(0, 1));
  EXPECT_FALSE(instance.output(0, 0));
  EXPECT_FALSE(instance.output(1, 1));
  EXPECT_FALSE(instance.output(0, 9));
}

TEST(Instance, cannotBeUsedAfterATrap) {
  Instance instance = instantiateFilled(loadVector("traps.wasm"));
  Result<std::vector<Tensor>> trapped = instance.runInPlace();
  ASSERT_FALSE(trapped);
  EXPECT_EQ(trapped.error().status, Status::Trap);
  EXPECT_EQ(trapped.error().text, "generate.py: wasm trap: wasm `unreachable` instruction executed");
  Result<std::vector<Tensor>> again = instance.runInPlace();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().status, Status::InvalidArgument);
}

TEST(Instance, canBeUsedAfterTheModelRefused) {
  Instance instance = instantiateFilled(loadVector("reports_error.wasm"));
  for (int round = 0; round < 2; ++round) {
    Result<std::vector<Tensor>> outputs = instance.runInPlace();
    ASSERT_FALSE(outputs);
    EXPECT_EQ(outputs.error().text, "generate.py: node 'div' (Div): division by zero");
  }
}

TEST(Instance, timeLimit) {
  LoadOptions options = uncached();
  options.timeLimitMs = 100;
  Instance instance = instantiateFilled(loadVector("spins.wasm", options));
  auto start = std::chrono::steady_clock::now();
  Result<std::vector<Tensor>> outputs = instance.runInPlace();
  std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  ASSERT_FALSE(outputs);
  EXPECT_EQ(outputs.error().status, Status::Limit);
  EXPECT_EQ(outputs.error().text, "generate.py: the run was stopped at its time limit of 100 ms");
  EXPECT_GE(elapsed.count(), 0.1);
  EXPECT_LT(elapsed.count(), 5);
}

// A tick of the engine's clock meets every running store; only the one whose time is over may stop.
TEST(Instance, timeLimitsOfOthersDoNotStopARun) {
  LoadOptions shortLimit = uncached(), longLimit = uncached();
  shortLimit.timeLimitMs = 20;
  longLimit.timeLimitMs = 400;
  Model quick = loadVector("spins.wasm", shortLimit), slow = loadVector("spins.wasm", longLimit);
  auto runFor = [](const Model &model) {
    Instance instance = instantiateFilled(model);
    auto start = std::chrono::steady_clock::now();
    EXPECT_FALSE(instance.runInPlace());
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  double slowSeconds = 0;
  std::thread thread([&] { slowSeconds = runFor(slow); });
  for (int round = 0; round < 5; ++round)
    EXPECT_GE(runFor(quick), 0.02);
  thread.join();
  EXPECT_GE(slowSeconds, 0.4);
}

TEST(Instance, instancesRunInParallel) {
  Model model = loadVector("keep_positive.wasm");
  auto work = [&](float factor) {
    Instance instance = instantiate(model);
    for (int round = 0; round < 2000; ++round) {
      std::vector<float> values(size_t(round % 17));
      for (size_t i = 0; i < values.size(); ++i)
        values[i] = i % 2 ? -1.0f : factor * float(i + 1);
      Result<std::vector<Tensor>> outputs = instance.run({Tensor::of(values, {int64_t(values.size())})});
      ASSERT_TRUE(outputs) << outputs.error().text;
      std::span<float> kept = (*outputs)[0].elements<float>();
      ASSERT_EQ(kept.size(), (values.size() + 1) / 2);
      for (size_t i = 0; i < kept.size(); ++i)
        ASSERT_EQ(kept[i], factor * float(2 * i + 1));
    }
  };
  std::thread first(work, 1.0f), second(work, 100.0f);
  first.join();
  second.join();
}

TEST(Instance, outlivesItsModelHandle) {
  std::vector<uint8_t> bytes = readVector("add.wasm");
  wasmind_model *model = nullptr;
  wasmind_instance *instance = nullptr;
  wasmind_load_options options = WASMIND_LOAD_OPTIONS_INIT;
  options.disable_cache = 1;
  ASSERT_EQ(wasmind_model_load_bytes(bytes.data(), bytes.size(), &options, &model, nullptr), WASMIND_OK);
  bytes.assign(bytes.size(), 0); // not needed any more
  ASSERT_EQ(wasmind_instance_create(model, &instance, nullptr), WASMIND_OK);
  wasmind_model_delete(model);
  wasmind_tensor view;
  for (size_t input : {0, 1})
    EXPECT_EQ(wasmind_instance_input(instance, 0, input, &view, nullptr), WASMIND_OK);
  EXPECT_EQ(wasmind_instance_run(instance, 0, nullptr, 0, nullptr), WASMIND_OK);
  wasmind_instance_delete(instance);
}

// Views of the instance's memory are inputs like others: what an input gets is what the view showed before the run.
TEST(Instance, inputsMayBeViewsOfEachOther) {
  for (const char *file : {"add.wasm", "echoes.wasm"}) {
    SCOPED_TRACE(file);
    Model model = loadVector(file);
    const size_t count = model.signature().functions[0].inputs.size();
    std::vector<size_t> order(count);
    for (size_t index = 0; index < count; ++index)
      order[index] = index;
    do {
      Instance instance = instantiate(model);
      std::vector<Tensor> views, inputs;
      for (size_t index = 0; index < count; ++index) {
        views.push_back(*instance.input(index));
        for (size_t i = 0; i < 4; ++i)
          views[index].elements<float>()[i] = float(100 * index + i);
      }
      for (size_t from : order)
        inputs.push_back(views[from]);
      ASSERT_TRUE(instance.run(inputs));
      for (size_t index = 0; index < count; ++index)
        EXPECT_EQ(views[index].elements<float>()[3], float(100 * order[index] + 3)) << index;
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

TEST(Instance, inputsMayOverlapTheirPlaces) {
  Instance instance = instantiate(loadVector("shared_dim.wasm"));
  std::span<float> a = instance.input(0)->elements<float>(), b = instance.input(1)->elements<float>();
  auto fill = [&] {
    for (size_t i = 0; i < 16; ++i)
      a[i] = float(i), b[i] = float(100 + i);
  };
  auto part = [](std::span<float> elements, size_t from) {
    return Tensor(DType::F32, {4}, elements.data() + from, 16);
  };
  fill(); // later elements of the same input, and of one that was written before
  Result<std::vector<Tensor>> outputs = instance.run({part(a, 2), part(a, 1)});
  ASSERT_TRUE(outputs);
  for (size_t i = 0; i < 4; ++i)
    EXPECT_EQ((*outputs)[0].elements<float>()[i], float(2 + i + 1 + i));
  fill();
  outputs = instance.run({part(b, 3), part(a, 3)});
  ASSERT_TRUE(outputs);
  for (size_t i = 0; i < 4; ++i)
    EXPECT_EQ((*outputs)[0].elements<float>()[i], float(103 + i + 3 + i));
}

// An input without an element type stands for what it holds.
TEST(Instance, inputsMayBeLeftOut) {
  Instance instance = instantiate(loadVector("add.wasm"));
  std::vector<float> ones(4, 1), twos(4, 2);
  const int64_t shape[] = {4};
  auto tensor = [&](std::vector<float> &values) { return wasmind_tensor{WASMIND_F32, 1, shape, values.data(), 16}; };
  const wasmind_tensor half[] = {tensor(ones), {}}, whole[] = {tensor(ones), tensor(twos)}, none[] = {{}, {}};
  wasmind_error *error = nullptr;
  EXPECT_EQ(wasmind_instance_run(instance.get(), 0, half, 2, &error), WASMIND_INVALID_ARGUMENT);
  EXPECT_STREQ(wasmind_error_text(error),
               "generate.py: input 'b' is missing: it was neither given to a run nor its view filled");
  wasmind_error_delete(error);
  EXPECT_EQ(wasmind_instance_run(instance.get(), 0, none, 2, nullptr), WASMIND_INVALID_ARGUMENT)
      << "the refused run has left nothing behind";
  EXPECT_EQ(wasmind_instance_run(instance.get(), 0, whole, 2, nullptr), WASMIND_OK);
  twos.assign(4, 7);
  for (const auto *given : {half, none}) {
    EXPECT_EQ(wasmind_instance_run(instance.get(), 0, given, 2, nullptr), WASMIND_OK);
    EXPECT_EQ(instance.output(0)->elements<float>()[3], 3);
  }
}
