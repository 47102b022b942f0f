// Every golden module, as its line of index.json says: results of the accepted ones, statuses of the refused ones.
#include "runtime/host/test/Vectors.h"
#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

using namespace wasmind;
using namespace wasmind::test;
using Json = nlohmann::json;

namespace {

/// The values of a case as bytes of the dtype.
std::vector<std::byte> toBytes(DType dtype, const Json &values) {
  std::vector<std::byte> bytes;
  auto append = [&](auto value) {
    const auto *first = reinterpret_cast<const std::byte *>(&value);
    bytes.insert(bytes.end(), first, first + sizeof value);
  };
  for (const Json &value : values)
    switch (dtype) {
    case DType::F32:
      append(value.get<float>());
      break;
    case DType::I64:
      append(value.get<int64_t>());
      break;
    case DType::Bool:
      append(value.get<uint8_t>());
      break;
    default:
      ADD_FAILURE() << "the vectors use a dtype this test cannot write: " << nameOf(dtype);
    }
  return bytes;
}

size_t findFunction(const Signature &signature, const std::string &name) {
  for (size_t index = 0; index < signature.functions.size(); ++index)
    if (signature.functions[index].name == name)
      return index;
  ADD_FAILURE() << "no entry " << name;
  return 0;
}

/// Runs on what the instance holds, after the given inputs were written into their views.
Result<std::vector<Tensor>> runOnViews(Instance &instance, size_t function, const Json &given) {
  const Signature::Function &entry = instance.model().signature().functions[function];
  for (size_t index = 0; index < entry.inputs.size(); ++index) {
    if (!given.contains(entry.inputs[index].name))
      continue;
    const Json &input = given[entry.inputs[index].name];
    if (Result<void> resized = instance.resizeInput(index, input["shape"].get<std::vector<int64_t>>(), function);
        !resized)
      return resized.error();
    Result<Tensor> view = instance.input(index, function);
    if (!view)
      return view.error();
    std::vector<std::byte> bytes = toBytes(entry.inputs[index].dtype, input["values"]);
    std::copy(bytes.begin(), bytes.end(), view->data());
  }
  return instance.runInPlace(function);
}

Result<std::vector<Tensor>> runOn(Instance &instance, size_t function, const Json &given) {
  const Signature::Function &entry = instance.model().signature().functions[function];
  std::vector<std::vector<std::byte>> storage;
  std::vector<Tensor> inputs;
  for (const Signature::Tensor &input : entry.inputs) {
    if (!given.contains(input.name))
      return runOnViews(instance, function, given);
    storage.push_back(toBytes(input.dtype, given[input.name]["values"]));
    inputs.emplace_back(input.dtype, given[input.name]["shape"].get<std::vector<int64_t>>(), storage.back().data(),
                        storage.back().size());
  }
  return instance.run(inputs, function);
}

void runCall(Instance &instance, const Json &expected) {
  size_t function = findFunction(instance.model().signature(), expected.value("entry", "run"));
  const Signature::Function &entry = instance.model().signature().functions[function];
  if (expected.contains("reset")) { // true, or the status it fails with
    const Result<void> reset = instance.reset();
    EXPECT_EQ(bool(reset), expected["reset"].is_boolean());
    if (!reset) {
      EXPECT_EQ(nameOf(reset.error().status), expected["reset"].get<std::string>()) << reset.error().text;
    }
  }
  Result<std::vector<Tensor>> outputs = runOn(instance, function, expected["inputs"]);
  if (expected.contains("status")) {
    ASSERT_FALSE(outputs);
    EXPECT_EQ(nameOf(outputs.error().status), expected["status"].get<std::string>()) << outputs.error().text;
    if (expected.contains("text")) {
      EXPECT_NE(outputs.error().text.find(expected["text"].get<std::string>()), std::string::npos)
          << outputs.error().text;
    }
    return;
  }
  ASSERT_TRUE(outputs) << outputs.error().text;
  ASSERT_EQ(outputs->size(), entry.outputs.size());
  for (size_t index = 0; index < outputs->size(); ++index) {
    const Tensor &actual = (*outputs)[index];
    const Json &wanted = expected["outputs"][entry.outputs[index].name];
    EXPECT_EQ(actual.shape(), wanted["shape"].get<std::vector<int64_t>>());
    std::vector<std::byte> bytes = toBytes(actual.dtype(), wanted["values"]);
    ASSERT_EQ(actual.byteLength(), bytes.size());
    EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), actual.data()));
  }
  const std::vector<Signature::Dim> &dims = instance.model().signature().dims;
  for (const auto &[name, extent] : expected.value("extents", Json::object()).items())
    for (size_t dim = 0; dim < dims.size(); ++dim)
      if (dims[dim].name == name) {
        EXPECT_EQ(*instance.extent(dim), extent.get<int64_t>());
      }
}

void runCase(const std::string &file, const Json &expected) {
  LoadOptions options = uncached();
  options.timeLimitMs = expected.value("timeLimitMs", uint64_t(0));
  Instance instance = instantiate(loadVector(file, options));
  for (const Json &call : expected.contains("calls") ? expected["calls"] : Json::array({expected})) {
    SCOPED_TRACE(call.dump());
    runCall(instance, call);
  }
}

Json readIndex() {
  std::ifstream stream(vectorFolder() / "index.json");
  Json index = Json::parse(stream, nullptr, false);
  EXPECT_TRUE(index.is_object()) << "build the target wasmind_vectors";
  return index;
}

/// A line of /proc/self/status in bytes (proc(5)).
uint64_t memoryStatus(const std::string &key) {
  std::ifstream stream("/proc/self/status");
  for (std::string line; std::getline(stream, line);)
    if (line.starts_with(key + ":"))
      return std::stoull(line.substr(key.size() + 1)) * 1024;
  ADD_FAILURE() << "no " << key;
  return 0;
}

} // namespace

TEST(Conformance, everyVector) {
  Json index = readIndex();
  ASSERT_GT(index["vectors"].size(), 30u);
  for (const Json &vector : index["vectors"]) {
    const std::string file = vector["file"];
    SCOPED_TRACE(file);
    if (vector["accept"].get<bool>()) {
      for (const Json &expected : vector["cases"])
        runCase(file, expected);
      continue;
    }
    Result<Model> model = Model::load((vectorFolder() / file).string(), uncached());
    Error error;
    if (!model) {
      error = model.error();
    } else { // what only running code can show
      Result<Instance> instance = Instance::create(*model);
      ASSERT_FALSE(instance);
      error = instance.error();
    }
    EXPECT_EQ(nameOf(error.status), vector["status"].get<std::string>()) << error.text;
    EXPECT_NE(error.text.find(vector.value("text", "")), std::string::npos) << error.text;
    EXPECT_EQ(error.text.find('\n'), std::string::npos) << "errors are one line";
    EXPECT_NE(error.text, "");
  }
}

/// Whatever a module asks for, loading it and making an instance takes neither much memory nor much time.
TEST(Conformance, hostileVectorsTakeLittle) {
  const Json index = readIndex();
  unsigned count = 0;
  for (const Json &vector : index["vectors"]) {
    if (!vector.contains("hostile"))
      continue;
    const std::string file = vector["file"];
    SCOPED_TRACE(file);
    ++count;
    std::ofstream("/proc/self/clear_refs") << "5"; // the peak starts anew
    const uint64_t before = memoryStatus("VmRSS");
    const auto start = std::chrono::steady_clock::now();
    if (Result<Model> model = Model::load((vectorFolder() / file).string(), uncached()))
      EXPECT_EQ(bool(Instance::create(*model)), vector["accept"].get<bool>());
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(15));
    EXPECT_LT(memoryStatus("VmHWM"), before + (uint64_t(256) << 20));
  }
  EXPECT_GT(count, 100u);
}
