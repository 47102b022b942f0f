// Every golden operator library, as index.json says: results, refusals by status and text, refused modules. Each case
// runs with tensors of the host, and with tensors in the library's memory.
#include "runtime/host/test/Vectors.h"
#include <algorithm>
#include <charconv>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>

using namespace wasmind;
using namespace wasmind::test;
using Json = nlohmann::json;

namespace {

DType parseDType(const std::string &name) {
  for (wasmind_dtype dtype = WASMIND_F32; dtype <= WASMIND_BOOL; ++dtype)
    if (name == wasmind_dtype_name(dtype))
      return static_cast<DType>(dtype);
  ADD_FAILURE() << "no element type " << name;
  return DType::F32;
}

/// A tensor of a case with its own bytes.
struct Value {
  explicit Value(const Json &json)
      : dtype(parseDType(json["dtype"])), shape(json["shape"].get<std::vector<int64_t>>()) {
    const std::string hex = json["bytes"];
    for (size_t at = 0; at + 1 < hex.size(); at += 2)
      bytes.push_back(uint8_t(std::stoul(hex.substr(at, 2), nullptr, 16)));
  }
  wasmind_argument argument() {
    wasmind_argument made = {};
    made.kind = WASMIND_TENSOR;
    made.of.tensor = {wasmind_dtype(dtype), shape.size(), shape.data(), bytes.data(), bytes.size()};
    return made;
  }
  DType dtype;
  std::vector<int64_t> shape;
  std::vector<uint8_t> bytes;
};

/// {"integer"}, {"number"}, or as JSON has it. Integers of over 64 bits are of no kind.
wasmind_argument number(const Json &json) {
  if (json.contains("number"))
    return Argument(std::strtod(json["number"].get<std::string>().c_str(), nullptr)).get();
  if (json.contains("integer")) {
    const std::string text = json["integer"];
    const char *end = text.data() + text.size();
    if (int64_t integer; std::from_chars(text.data(), end, integer).ec == std::errc())
      return Argument(integer).get();
    uint64_t natural;
    return std::from_chars(text.data(), end, natural).ec == std::errc() ? Argument(natural).get() : wasmind_argument{};
  }
  if (json.is_boolean())
    return Argument(json.get<bool>()).get();
  return json.is_number_integer() ? Argument(json.get<int64_t>()).get() : Argument(json.get<double>()).get();
}

/// Moves a tensor into the library's memory; a shape it cannot have stays where it is.
void moveToGuest(OperatorLibrary &library, wasmind_argument &argument, std::vector<GuestTensor> &owned) {
  const wasmind_tensor &tensor = argument.of.tensor;
  Result<GuestTensor> made = library.tensor(static_cast<DType>(tensor.dtype), {tensor.shape, tensor.rank});
  if (!made)
    return;
  if (tensor.byte_length != 0)
    std::memcpy(made->view().data(), tensor.data, tensor.byte_length);
  argument.kind = WASMIND_GUEST_TENSOR;
  argument.of.guest = made->get();
  owned.push_back(std::move(*made));
}

/// The tensor of a case that shows elements of `argument`, which is in the library's memory.
Result<void> restride(const Json &json, wasmind_argument &argument, std::vector<GuestTensor> &owned) {
  Result<GuestTensor> made =
      owned.back().strided(json["shape"].get<std::vector<int64_t>>(), json["strides"].get<std::vector<int64_t>>(),
                           json["offset"].get<int64_t>());
  if (!made)
    return made.error();
  argument.of.guest = made->get();
  owned.push_back(std::move(*made));
  return {};
}

void expectRefusal(const Error &error, const Json &expected) {
  EXPECT_EQ(nameOf(error.status), expected["status"].get<std::string>()) << error.text;
  EXPECT_NE(error.text.find(expected["text"].get<std::string>()), std::string::npos) << error.text;
}

void expectEqual(const Tensor &actual, const Json &wanted) {
  Value value(wanted);
  EXPECT_EQ(actual.dtype(), value.dtype);
  EXPECT_EQ(actual.shape(), value.shape);
  ASSERT_EQ(actual.byteLength(), value.bytes.size());
  EXPECT_TRUE(std::equal(value.bytes.begin(), value.bytes.end(), reinterpret_cast<const uint8_t *>(actual.data())));
}

void runCase(const std::string &file, const Json &expected, bool inGuest) {
  if (expected.value("text", "") == "does not fit 64 bits")
    return; // an integer that C++ has not
  LoadOptions options = uncached();
  options.timeLimitMs = expected.value("timeLimitMs", uint64_t(0));
  options.maxMemoryByteLength = expected.value("maxMemoryBytes", uint64_t(0));
  Result<OperatorLibrary> library = OperatorLibrary::load((vectorFolder() / file).string(), options);
  ASSERT_TRUE(library) << library.error().text;

  std::vector<Value> values;
  values.reserve(64);
  std::vector<GuestTensor> owned;
  std::vector<wasmind_argument> arguments, outputs;
  std::optional<Error> unmade;
  auto add = [&](const Json &json) {
    if (!json.contains("dtype"))
      return number(json);
    wasmind_argument argument = values.emplace_back(json).argument();
    if (inGuest || json.contains("strided"))
      moveToGuest(*library, argument, owned);
    if (json.contains("strided"))
      if (Result<void> made = restride(json["strided"], argument, owned); !made)
        unmade = made.error();
    return argument;
  };
  for (const Json &argument : expected["arguments"])
    arguments.push_back(add(argument));
  const Json attributes = expected.value("attributes", Json::object());
  for (const auto &[name, value] : attributes.items()) {
    arguments.push_back(add(value));
    arguments.back().name = name.c_str();
  }
  const bool isGiven = expected.contains("given");
  if (isGiven)
    for (const Json &output : expected["given"])
      outputs.push_back(add(output));

  if (unmade) {
    ASSERT_TRUE(expected.contains("status")) << unmade->text;
    expectRefusal(*unmade, expected);
    return;
  }
  wasmind_status status;
  wasmind_error *error = nullptr;
  size_t index = 0;
  status = wasmind_library_find(library->get(), expected["operator"].get<std::string>().c_str(), &index, &error);
  if (status == WASMIND_OK) {
    if (!isGiven)
      outputs.resize(wasmind_library_operator(library->get(), index).output_count);
    status = wasmind_library_call(library->get(), index, arguments.data(), arguments.size(), outputs.data(),
                                  outputs.size(), &error);
  }
  if (expected.contains("status")) {
    ASSERT_NE(status, WASMIND_OK);
    Error failure = detail::takeError(status, error);
    if (inGuest && failure.status != Status::Trap && expected.contains("maxMemoryBytes"))
      return; // it is refused one tensor earlier
    expectRefusal(failure, expected);
    return;
  }
  ASSERT_EQ(status, WASMIND_OK) << wasmind_error_text(error);
  const Json &results = expected["results"];
  ASSERT_EQ(outputs.size(), results.size());
  for (size_t output = 0; output < outputs.size(); ++output) {
    const wasmind_argument &made = outputs[output];
    const wasmind_tensor view = made.kind == WASMIND_TENSOR ? made.of.tensor : wasmind_guest_tensor_view(made.of.guest);
    expectEqual(
        Tensor(static_cast<DType>(view.dtype), {view.shape, view.shape + view.rank}, view.data, view.byte_length),
        results[output]);
    if (!isGiven)
      wasmind_guest_tensor_delete(made.of.guest);
  }
}

} // namespace

TEST(Operators, everyVector) {
  std::ifstream stream(vectorFolder() / "index.json");
  Json index = Json::parse(stream, nullptr, false);
  ASSERT_TRUE(index.is_object()) << "build the target wasmind_vectors";
  ASSERT_GT(index["libraries"].size(), 10u);
  for (const Json &vector : index["libraries"]) {
    const std::string file = vector["file"];
    SCOPED_TRACE(file);
    if (vector["accept"].get<bool>()) {
      for (const Json &expected : vector["cases"]) {
        SCOPED_TRACE(expected.dump());
        runCase(file, expected, false);
        runCase(file, expected, true);
      }
      continue;
    }
    Result<OperatorLibrary> library = OperatorLibrary::load((vectorFolder() / file).string(), uncached());
    ASSERT_FALSE(library);
    EXPECT_EQ(nameOf(library.error().status), vector["status"].get<std::string>()) << library.error().text;
    EXPECT_EQ(library.error().text.find('\n'), std::string::npos) << "errors are one line";
  }
}
