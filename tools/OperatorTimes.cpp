//===- OperatorTimes.cpp - operators on wasmtime, side by side ----------------------------------------------------===//
#include "tools/OperatorTimes.h"
#include "tools/Json.h"
#include "tools/Measurement.h"
#include "tools/Refusal.h"
#include "tools/Verify.h"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <regex.h>

namespace wasmind::tools {
namespace {

constexpr double shortestSampleMs = 0.5; ///< calls are repeated inside a sample until it lasts as long
constexpr int fmaRounds = 100'000;
constexpr double fmaFlops = fmaRounds * 48.0 * 8; ///< bench/limits.cpp

/// An extended regular expression of POSIX: std::regex would double what this file takes to compile.
class Pattern {
public:
  explicit Pattern(const std::string &text) {
    if (regcomp(&compiled, text.c_str(), REG_EXTENDED | REG_NOSUB) != 0)
      throw Refusal("'" + text + "' is no regular expression");
  }
  Pattern(const Pattern &) = delete;
  ~Pattern() { regfree(&compiled); }
  bool matches(const char *name) const { return regexec(&compiled, name, 0, nullptr, 0) == 0; }

private:
  regex_t compiled;
};

/// Something that is called again and again.
struct Side {
  std::string name;
  std::function<void()> run;
  double work = 0;
  const Array *result = nullptr; ///< what it computed, to be compared with ours
  unsigned repeats = 1;
  std::vector<double> times = {}; ///< milliseconds of one call
};

/// Runs the sides in turn until each ran for so long, three times at least.
void runInTurn(std::vector<Side> &sides, double seconds) {
  for (Side &side : sides)
    side.repeats = unsigned(std::max(1.0, std::ceil(shortestSampleMs / std::max(1e-6, timeOf(side.run)))));
  double spentMs = 0;
  for (int round = 0; round < 3 || spentMs < 1000 * seconds * double(sides.size()); ++round)
    for (Side &side : sides) {
      const double elapsed = timeOf([&] {
        for (unsigned repeat = 0; repeat < side.repeats; ++repeat)
          side.run();
      });
      side.times.push_back(elapsed / side.repeats);
      spentMs += elapsed;
    }
}

Json report(const Side &side) {
  Measurement measured;
  measured.summarise(side.times);
  return {{"side", side.name},
          {"ms", measured.minMs},
          {"medianMs", measured.medianMs},
          {"rate", side.work / measured.minMs / 1e6}};
}

template <typename T> void setElements(std::span<T> elements, const OperatorCase &of) {
  for (size_t index = 0; index < elements.size(); ++index)
    elements[index] = T(of.element(index));
}

/// Fills memory of a tensor.
void setElements(const Tensor &tensor, const OperatorCase::Operand &operand, const OperatorCase &of) {
  if (!operand.values.empty())
    return void(std::copy(operand.values.begin(), operand.values.end(), tensor.elements<int64_t>().begin()));
  auto typed = [&](auto type) {
    using T = decltype(type);
    setElements(tensor.elements<T>(), of);
  };
  switch (tensor.dtype()) {
  case DType::F32:
    return typed(float());
  case DType::F64:
    return typed(double());
  case DType::I8:
    return typed(int8_t());
  case DType::U8:
    return typed(uint8_t());
  case DType::I16:
    return typed(int16_t());
  case DType::I32:
    return typed(int32_t());
  case DType::I64:
    return typed(int64_t());
  default:
    throw Refusal("bench operators: no case in " + std::string(nameOf(tensor.dtype())));
  }
}

/// Calls the C interface, call(&error). `wasmind.hpp` would do, but its Operator is not the compiler's of the same
/// name.
template <typename Call> void check(Call call) {
  wasmind_error *error = nullptr;
  if (wasmind_status status = call(&error))
    throw Refusal(detail::takeError(status, error).text);
}

template <auto remove> struct Remove {
  template <typename T> void operator()(T *object) const { remove(object); }
};
using Library = std::unique_ptr<wasmind_library, Remove<wasmind_library_delete>>;

Library load(const std::string &file) {
  wasmind_library *loaded = nullptr;
  check([&](wasmind_error **error) { return wasmind_library_load_file(file.c_str(), nullptr, &loaded, error); });
  return Library(loaded);
}

size_t find(const Library &library, const std::string &name) {
  size_t index = 0;
  check([&](wasmind_error **error) { return wasmind_library_find(library.get(), name.c_str(), &index, error); });
  return index;
}

void call(const Library &library, size_t index, std::span<const wasmind_argument> arguments, wasmind_argument &output) {
  check([&](wasmind_error **error) {
    return wasmind_library_call(library.get(), index, arguments.data(), arguments.size(), &output, 1, error);
  });
}

/// A tensor in a library's memory.
class GuestArray {
public:
  GuestArray(const Library &library, DType dtype, const std::vector<int64_t> &shape) {
    wasmind_guest_tensor *made = nullptr;
    check([&](wasmind_error **error) {
      return wasmind_library_tensor(library.get(), wasmind_dtype(dtype), shape.data(), shape.size(), &made, error);
    });
    handle.reset(made);
  }
  Tensor view() const {
    const wasmind_tensor view = wasmind_guest_tensor_view(handle.get());
    return Tensor(DType(view.dtype), {view.shape, view.shape + view.rank}, view.data, view.byte_length);
  }
  wasmind_argument argument() const {
    wasmind_argument made = {};
    made.kind = WASMIND_GUEST_TENSOR;
    made.of.guest = handle.get();
    return made;
  }

private:
  std::unique_ptr<wasmind_guest_tensor, Remove<wasmind_guest_tensor_delete>> handle;
};

wasmind_argument argumentOf(Array &array) {
  wasmind_argument made = {};
  made.kind = WASMIND_TENSOR;
  made.of.tensor = {wasmind_dtype(array.dtype), array.shape.size(), array.shape.data(), array.bytes.data(),
                    array.bytes.size()};
  return made;
}

wasmind_argument argumentOf(int64_t number) {
  wasmind_argument made = {};
  made.kind = WASMIND_INTEGER;
  made.of.integer = number;
  return made;
}

/// The tensors of a case, in the library's memory and in ours.
class Operands {
public:
  Operands(const Library &library, const OperatorCase &of) : library(library) {
    for (const OperatorCase::Operand &input : of.inputs) {
      guests.emplace_back(library, DType(input.dtype), input.shape);
      setElements(guests.back().view(), input, of);
      tensorCount += input.values.empty();
    }
    guests.emplace_back(library, DType(of.output.dtype), of.output.shape);
    for (const GuestArray &guest : guests)
      copies.push_back(Array::copyOf(guest.view()));
  }

  /// A call of an operator with the tensors where they are, or with ours; of a linked one without lists of extents.
  /// The case outlives it.
  std::function<void()> call(size_t index, const OperatorCase &of, bool isCopied, bool isLinked) {
    auto operand = [&](size_t i) { return isCopied ? argumentOf(copies[i]) : guests[i].argument(); };
    std::vector<wasmind_argument> arguments;
    for (size_t input = 0; input < (isLinked ? tensorCount : of.inputs.size()); ++input)
      arguments.push_back(operand(input));
    if (!isLinked)
      for (const auto &[name, value] : of.attributes) {
        arguments.push_back(argumentOf(value));
        arguments.back().name = name.c_str();
      }
    return [this, index, arguments, output = operand(of.inputs.size())]() mutable {
      tools::call(library, index, arguments, output);
    };
  }

  Array result(bool isCopied) const { return isCopied ? copies.back() : Array::copyOf(guests.back().view()); }
  void clearResult() {
    std::memset(guests.back().view().data(), 0, guests.back().view().byteLength());
    std::ranges::fill(copies.back().bytes, uint8_t(0));
  }

private:
  const Library &library;
  std::vector<GuestArray> guests;
  std::vector<Array> copies;
  size_t tensorCount = 0;
};

/// The limits of the machine: memory.copy of `byteLength` bytes, and fused multiply-adds.
class Limits {
public:
  Limits(const Library &library, double byteLength)
      : library(library), from(library, DType::I8, {int64_t(byteLength)}),
        to(library, DType::I8, {int64_t(byteLength)}), sum(library, DType::F32, {4}) {}

  Side copy() { return {"memory.copy", call("limit_copy", from.argument(), to), 2 * double(from.view().byteLength())}; }
  Side fma() { return {"fma", call("limit_fma", argumentOf(fmaRounds), sum), fmaFlops}; }

private:
  std::function<void()> call(const char *name, wasmind_argument argument, const GuestArray &out) {
    return [this, index = find(library, name), argument, output = out.argument()]() mutable {
      tools::call(library, index, {&argument, 1}, output);
    };
  }

  const Library &library;
  GuestArray from, to, sum;
};

Json measureCase(const Library &library, const Library &limitLibrary, const OperatorCase &of, double seconds) {
  Operands operands(library, of);
  const double tolerance = of.dtype == abi::DType::F32 || of.dtype == abi::DType::F64 ? 1e-4 : 0;
  std::vector<Side> all;
  std::vector<std::unique_ptr<Array>> results;
  auto add = [&](const std::string &side, const std::string &called, bool isCopied, bool isLinked) {
    auto run = operands.call(find(library, called), of, isCopied, isLinked);
    operands.clearResult();
    run();
    results.push_back(std::make_unique<Array>(operands.result(isCopied)));
    all.push_back({side, run, of.work, results.back().get()});
  };
  add("wasmind", of.name, false, false);
  add("wasmind, copied", of.name, true, false);
  Json refused = Json::array(), sides = Json::array();
  const Pattern kernels(of.kernels());
  for (size_t index = 0; index < wasmind_library_operator_count(library.get()); ++index)
    if (const auto info = wasmind_library_operator(library.get(), index); info.is_linked && kernels.matches(info.name))
      try {
        add(info.name, info.name, false, true);
      } catch (const Refusal &reason) {
        refused.push_back({{"side", info.name}, {"refused", reason.what()}});
      }
  Limits limits(limitLibrary, of.isArithmetic ? 16 : of.work / 2);
  all.push_back(of.isArithmetic ? limits.fma() : limits.copy());
  runInTurn(all, seconds);

  for (const Side &side : all) {
    Json row = report(side);
    if (&side != &all.front() && side.result) {
      const Comparison compared = compare(of.name, *side.result, *all.front().result, tolerance);
      row["ratio"] = row["ms"].get<double>() / sides[0]["ms"].get<double>();
      row["difference"] = compared.relative;
      row["isEqual"] = compared.isEqual;
      row["reason"] = compared.reason;
    }
    sides.push_back(row);
  }
  sides.insert(sides.end(), refused.begin(), refused.end());
  return {{"case", of.name},
          {"dtype", nameOf(DType(of.dtype))},
          {"unit", of.unit()},
          {"shapes", of.shapes()},
          {"sides", sides}};
}

/// Microseconds of an Add of four f32: into a tensor of the library, making its result there, on tensors of the caller.
Json measureCalls(const Library &library, double seconds) {
  const GuestArray ones(library, DType::F32, {4}), sum(library, DType::F32, {4});
  std::ranges::fill(ones.view().elements<float>(), 1.0f);
  Array given = Array::copyOf(ones.view()), made = given;
  const size_t add = find(library, "Add");
  const wasmind_argument guests[] = {ones.argument(), ones.argument()},
                         arrays[] = {argumentOf(given), argumentOf(given)};
  wasmind_argument into = sum.argument(), intoArray = argumentOf(made);
  std::vector<Side> sides{
      {"intoGuest", [&] { call(library, add, guests, into); }},
      {"newGuest",
       [&] {
         wasmind_argument result = {};
         call(library, add, guests, result);
         wasmind_guest_tensor_delete(result.of.guest);
       }},
      {"copied", [&] { call(library, add, arrays, intoArray); }},
  };
  runInTurn(sides, seconds);
  if (sum.view().elements<float>()[3] != 2 || made.view().elements<float>()[3] != 2)
    throw Refusal("Add gave a wrong result");
  Json calls = Json::object();
  for (const Side &side : sides)
    calls[side.name] = report(side)["ms"].get<double>() * 1000;
  return calls;
}

} // namespace

Json measureLimits(const std::string &file) {
  constexpr double secondsEach = 0.02;
  const Library library = load(file);
  auto bestRate = [&](Side side) {
    std::vector<Side> sides{std::move(side)};
    runInTurn(sides, secondsEach);
    return report(sides[0])["rate"].get<double>();
  };
  Json copies = Json::array();
  for (size_t byteLength = size_t(1) << 14; byteLength <= size_t(1) << 26; byteLength *= 4)
    copies.push_back({{"bytes", byteLength}, {"gbs", bestRate(Limits(library, double(byteLength)).copy())}});
  return {{"fmaGflops", bestRate(Limits(library, 16).fma())}, {"copy", std::move(copies)}};
}

Json OperatorTimes::measure(const std::vector<OperatorCase> &cases, bool measuresCalls,
                            const std::function<void(const OperatorCase &)> &progress) const {
  const Library measured = load(library), limitLibrary = load(limits);
  Json report{{"cases", Json::array()}};
  for (const OperatorCase &each : cases) {
    progress(each);
    report["cases"].push_back(measureCase(measured, limitLibrary, each, seconds));
  }
  if (measuresCalls)
    report["calls"] = measureCalls(measured, seconds);
  return report;
}

} // namespace wasmind::tools
