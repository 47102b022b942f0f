// What a call costs besides the work: host_call_overhead LIBRARY adds two tensors of four f32 by the operator Add and
// prints {"host", "intoGuest", "newGuest", "copied"}, microseconds per call: outputs given and operands in the
// library's memory, outputs made, all tensors the caller's. The best of several rounds, as other processes only add to
// them.
#include "wasmind.hpp"
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <limits>

using namespace wasmind;

namespace {

template <typename Call> double microsecondsPer(Call call) {
  constexpr int roundCount = 25, callCount = 20000;
  using Clock = std::chrono::steady_clock;
  double best = std::numeric_limits<double>::max();
  for (int round = 0; round < roundCount; ++round) {
    Clock::time_point start = Clock::now();
    for (int count = 0; count < callCount; ++count)
      call();
    best = std::min(best, std::chrono::duration<double, std::micro>(Clock::now() - start).count() / callCount);
  }
  return best;
}

template <typename T> T orExit(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s\n", result.error().text.c_str());
    std::exit(1);
  }
  return std::move(*result);
}

} // namespace

int main(int argumentCount, char **arguments) {
  if (argumentCount != 2) {
    std::fprintf(stderr, "usage: host_call_overhead wasm_ops.wasm\n");
    return 2;
  }
  OperatorLibrary library = orExit(OperatorLibrary::load(arguments[1]));
  GuestTensor a = orExit(library.tensor(DType::F32, {4})), b = orExit(library.tensor(DType::F32, {4})),
              sum = orExit(library.tensor(DType::F32, {4}));
  std::vector<float> left{1, 2, 3, 4}, right{10, 20, 30, 40}, result(4);
  std::ranges::copy(left, a.elements<float>().begin());
  std::ranges::copy(right, b.elements<float>().begin());
  const Tensor leftView = Tensor::of(left, {4}), rightView = Tensor::of(right, {4}),
               resultView = Tensor::of(result, {4});
  const size_t add = orExit(library.find("Add"));

  bool isFine = true;
  double intoGuest = microsecondsPer([&] { isFine &= bool(library.callInto(add, {sum}, {a, b})); });
  double newGuest = microsecondsPer([&] { isFine &= bool(library.call("Add", {a, b})); });
  double copied = microsecondsPer([&] { isFine &= bool(library.callInto(add, {resultView}, {leftView, rightView})); });
  if (!isFine || sum.elements<float>()[3] != 44 || result[3] != 44) {
    std::fprintf(stderr, "Add gave a wrong result\n");
    return 1;
  }
  std::printf("{\"host\": \"wasmtime, C++\", \"intoGuest\": %.3f, \"newGuest\": %.3f, \"copied\": %.3f}\n", intoGuest,
              newGuest, copied);
}
