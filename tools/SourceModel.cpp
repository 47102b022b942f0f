//===- SourceModel.cpp --------------------------------------------------------------------------------------------===//
#include "tools/SourceModel.h"
#include "tools/Process.h"

namespace wasmind::tools {

void SourceOptions::addTo(Command command) {
  command.option("--features", features, "Build of a source model (" + features + "), see compile");
  command.option("--dim", dims, "Bounds of a source model's dimensions, see compile");
  command.option("--state", state, "State of a source model, INPUT=OUTPUT (repeatable), see compile").oneEach();
  command.option("--constant", constants, "Value of a source model's input, see compile").oneEach();
  command.option("--shape", shapes, "Shape of a source model's input, see compile").oneEach();
  command.option("--sequence", sequences, "Length of a source model's input, see compile").oneEach();
  command.option("--seed", seed, "Seed of a source model's random numbers, see compile");
}

std::string SourceOptions::firstGiven() const {
  return !dims.empty()        ? "--dim"
         : !state.empty()     ? "--state"
         : !constants.empty() ? "--constant"
         : !shapes.empty()    ? "--shape"
         : !sequences.empty() ? "--sequence"
         : !seed.empty()      ? "--seed"
                              : "";
}

bool isSourceModel(const std::string &path) {
  const std::string extension = std::filesystem::path(path).extension().string();
  return extension == ".onnx" || extension == ".onnxtxt" || extension == ".mindir" || extension == ".info";
}

std::string compileModel(const std::string &model, const SourceOptions &options, const TemporaryFolder &folder,
                         const std::vector<std::string> &more) {
  std::string module = folder.file("model.wasm");
  std::vector<std::string> arguments{"compile", model, "-o", module, "--features=" + options.features};
  auto add = [&](const char *name, const std::vector<std::string> &values) {
    for (const std::string &value : values)
      arguments.push_back(std::string(name) + "=" + value);
  };
  add("--dim", options.dims);
  add("--state", options.state);
  add("--constant", options.constants);
  add("--shape", options.shapes);
  add("--sequence", options.sequences);
  if (!options.seed.empty())
    arguments.push_back("--seed=" + options.seed);
  arguments.insert(arguments.end(), more.begin(), more.end());
  if (int code = runProgram(executable().string(), arguments))
    throw Refusal(model + ": the compilation ended with exit code " + std::to_string(code));
  return module;
}

} // namespace wasmind::tools
