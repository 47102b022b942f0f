// Loads modules, makes instances of them and, of models, runs every entry on zeros at the smallest extents: prints a
// line of JSON per module, with the status that this ended with ("Ok" when nothing failed) and the text. The other
// host's is runtime/web/test/loadAll.mjs --run.
//
//     load_all < FILES      the names of files, one a line
#include "wasmind.hpp"
#include "wasmindLibrary.hpp"
#include <algorithm>
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>

using namespace wasmind;

namespace {

Result<void> runEntry(Instance &instance, size_t function) {
  const Signature &signature = instance.model().signature();
  const Signature::Function &entry = signature.functions[function];
  for (size_t index = 0; index < entry.inputs.size(); ++index) {
    std::vector<int64_t> shape = entry.inputs[index].bounds;
    for (size_t axis = 0; axis < shape.size(); ++axis)
      if (int32_t dim = entry.inputs[index].dims[axis]; dim >= 0)
        shape[axis] = signature.dims[size_t(dim)].min;
    if (Result<void> resized = instance.resizeInput(index, shape, function); !resized)
      return resized.error();
    Result<Tensor> view = instance.input(index, function);
    if (!view)
      return view.error();
    std::fill_n(view->data(), view->byteLength(), std::byte(0));
  }
  if (Result<std::vector<Tensor>> outputs = instance.runInPlace(function); !outputs)
    return outputs.error();
  return {};
}

Result<void> load(const std::string &file) {
  LoadOptions options;
  options.disableCache = true;
  options.timeLimitMs = 1000;
  Result<Model> model = Model::load(file, options);
  if (!model && model.error().text.ends_with("load it with OperatorLibrary")) {
    Result<OperatorLibrary> library = OperatorLibrary::load(file, options);
    return library ? Result<void>() : Result<void>(library.error());
  }
  if (!model)
    return model.error();
  Result<Instance> instance = Instance::create(*model);
  if (!instance)
    return instance.error();
  for (size_t function = 0; function < model->signature().functions.size(); ++function)
    if (Result<void> ran = runEntry(*instance, function); !ran)
      return ran.error();
  return {};
}

} // namespace

int main() {
  for (std::string file; std::getline(std::cin, file);) {
    const auto start = std::chrono::steady_clock::now();
    const Result<void> result = load(file);
    const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - start;
    const nlohmann::json line{{"file", file},
                              {"status", result ? "Ok" : std::string(nameOf(result.error().status))},
                              {"text", result ? "" : result.error().text},
                              {"milliseconds", elapsed.count()}};
    std::cout << line.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) << std::endl;
  }
}
