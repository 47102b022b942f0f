// Loads a compiled model, runs it on zeros and prints what comes out.
//   build/bin/example_model model.wasm
#include "wasmind.hpp"
#include <algorithm>
#include <cstdio>

static int fail(const wasmind::Error &error) {
  std::fprintf(stderr, "%s: %s\n", std::string(nameOf(error.status)).c_str(), error.text.c_str());
  return 1;
}

static void print(const char *label, const std::string &name, const wasmind::Tensor &tensor) {
  std::printf("%s %s: %s [", label, name.c_str(), std::string(nameOf(tensor.dtype())).c_str());
  for (size_t axis = 0; axis < tensor.shape().size(); ++axis)
    std::printf("%s%lld", axis ? ", " : "", static_cast<long long>(tensor.shape()[axis]));
  std::printf("]");
}

int main(int argc, char **argv) {
  if (argc != 2)
    return std::fprintf(stderr, "usage: %s model.wasm\n", argv[0]), 2;
  auto model = wasmind::Model::load(argv[1]);
  if (!model)
    return fail(model.error());
  auto instance = wasmind::Instance::create(*model);
  if (!instance)
    return fail(instance.error());
  std::printf("memory: %llu bytes, fixed\n", static_cast<unsigned long long>(model->info().memory_byte_length));

  const wasmind::Signature::Function &entry = model->signature().functions[0];
  for (size_t index = 0; index < entry.inputs.size(); ++index) {
    // A view into the model's memory, zero at first, at the upper bounds: what is written there is not copied again.
    auto input = instance->input(index);
    if (!input)
      return fail(input.error());
    print("in  ", entry.inputs[index].name, *input);
    std::printf("\n");
  }
  auto outputs = instance->runInPlace();
  if (!outputs)
    return fail(outputs.error());
  for (size_t index = 0; index < outputs->size(); ++index) {
    const wasmind::Tensor &output = (*outputs)[index];
    print("out ", entry.outputs[index].name, output);
    std::printf(" =");
    if (output.dtype() == wasmind::DType::F32)
      for (float value : output.elements<float>().first(std::min<size_t>(4, output.elements<float>().size())))
        std::printf(" %g", double(value));
    std::printf("\n");
  }
}
