// Add and Sub in three element types, from a library of our operators or of objects built by TVM.
//   build/bin/example_operators_demo wasm_ops.wasm
#include "wasmind.hpp"
#include <cstdio>
#include <string>
#include <vector>

using wasmind::DType, wasmind::OperatorLibrary, wasmind::Tensor;

static int fail(const wasmind::Error &error) {
  std::fprintf(stderr, "%s: %s\n", std::string(nameOf(error.status)).c_str(), error.text.c_str());
  return 1;
}

/// One operator in one type: Add of ours takes any type, TVM builds one kernel per type (tvm_add_f32).
template <typename T> static int check(OperatorLibrary &library, const std::string &name, const char *type) {
  const bool isSum = name == "Add";
  const int64_t count = 1003;
  std::vector<T> a(count), b(count), out(count);
  for (int64_t i = 0; i < count; ++i) {
    a[i] = static_cast<T>(i * 7 - 300); // i8 wraps around
    b[i] = static_cast<T>(i % 50);
  }
  std::string called = name;
  if (!library.find(name.c_str()))
    called = std::string(isSum ? "tvm_add_" : "tvm_sub_") + type;
  auto done =
      library.callInto(called.c_str(), {Tensor::of(out, {count})}, {Tensor::of(a, {count}), Tensor::of(b, {count})});
  if (!done)
    return fail(done.error());
  int64_t wrong = 0;
  for (int64_t i = 0; i < count; ++i)
    wrong += out[i] != static_cast<T>(isSum ? a[i] + b[i] : a[i] - b[i]);
  std::printf("%s %s: %s, %lld of %lld elements differ: %s\n", name.c_str(), type, called.c_str(),
              static_cast<long long>(wrong), static_cast<long long>(count), wrong ? "WRONG" : "ok");
  return wrong != 0;
}

int main(int argc, char **argv) {
  if (argc != 2)
    return std::fprintf(stderr, "usage: %s wasm_ops.wasm\n", argv[0]), 2;
  auto library = OperatorLibrary::load(argv[1]);
  if (!library)
    return fail(library.error());
  int failures = 0;
  for (const char *name : {"Add", "Sub"}) {
    failures += check<float>(*library, name, "f32");
    failures += check<int32_t>(*library, name, "i32");
    failures += check<int8_t>(*library, name, "i8");
  }
  return failures != 0;
}
