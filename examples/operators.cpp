// Calls operators of a library: with arrays, with attributes by name, and in the library's own memory.
//   build/bin/example_operators wasm_ops.wasm      a library with Add, Softmax
#include "wasmind.hpp"
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

using wasmind::DType, wasmind::OperatorLibrary, wasmind::Tensor;

static int fail(const wasmind::Error &error) {
  std::fprintf(stderr, "%s: %s\n", std::string(nameOf(error.status)).c_str(), error.text.c_str());
  return 1;
}

static void print(const char *name, std::span<const float> numbers) {
  std::printf("%s", name);
  for (float number : numbers)
    std::printf(" %.5g", number);
  std::printf("\n");
}

int main(int argc, char **argv) {
  if (argc != 2)
    return std::fprintf(stderr, "usage: %s wasm_ops.wasm\n", argv[0]), 2;
  auto library = OperatorLibrary::load(argv[1]);
  if (!library)
    return fail(library.error());
  std::vector<float> a{0, 1, 2, 3, 4, 5}, b{10, 20, 30}, probabilities(6);

  auto sum = library->call("Add", {Tensor::of(a, {2, 3}), Tensor::of(b, {3})});
  if (!sum)
    return fail(sum.error());
  print("Add", sum->elements<float>());

  // Into memory of this program.
  auto done = library->callInto("Softmax", {Tensor::of(probabilities, {2, 3})}, {Tensor::of(a, {2, 3})}, {{"axis", 0}});
  if (!done)
    return fail(done.error());
  for (float &each : probabilities)
    each = std::round(each * 10000) / 10000;
  print("Softmax", probabilities);

  auto x = library->tensor(DType::F32, {3}), y = library->tensor(DType::F32, {3});
  if (!x || !y)
    return fail(x ? y.error() : x.error());
  std::copy(b.begin(), b.end(), x->elements<float>().begin()); // in place: the call copies nothing
  done = library->callInto("Add", {*y}, {*x, *x});
  if (!done)
    return fail(done.error());
  print("in place", y->elements<float>());
}
