//===- CaseInputs.cpp ---------------------------------------------------------------------------------------------===//
#include "tools/CaseInputs.h"
#include "tools/Npz.h"
#include "tools/Refusal.h"

namespace wasmind::tools {

static bool hasTensor(const std::vector<Signature::Tensor> &tensors, const std::string &name) {
  for (const Signature::Tensor &tensor : tensors)
    if (tensor.name == name)
      return true;
  return false;
}

Array *findArray(ArrayMap &arrays, const std::string &prefix, const std::string &name) {
  auto found = arrays.find(prefix + name);
  if (found == arrays.end())
    found = arrays.find(name);
  return found == arrays.end() ? nullptr : &found->second;
}

void refuseUnknown(const ArrayMap &arrays, const std::string &file, const Signature::Function &entry) {
  for (const auto &[name, array] : arrays) {
    bool isInput = name.rfind("in:", 0) == 0, isOutput = name.rfind("out:", 0) == 0;
    std::string bare = name.substr(isInput ? 3 : isOutput ? 4 : 0);
    if (!((!isOutput && hasTensor(entry.inputs, bare)) || (!isInput && hasTensor(entry.outputs, bare)) ||
          hasTensor(entry.inputs, name) || hasTensor(entry.outputs, name)))
      throw Refusal(file + ": array '" + name + "' is no input or output of the model");
    // One of the two would be passed over.
    auto isOnly = [&](const std::vector<Signature::Tensor> &tensors, const char *prefix) {
      return hasTensor(tensors, name) && arrays.find(prefix + name) == arrays.end();
    };
    if (!isInput && !isOutput && !isOnly(entry.inputs, "in:") && !isOnly(entry.outputs, "out:"))
      throw Refusal(file + ": arrays '" + name + "' and '" + (hasTensor(entry.inputs, name) ? "in:" : "out:") + name +
                    "' are of one tensor; leave one of them out");
  }
}

Inputs inputsFromCase(const std::string &file, const Signature::Function &entry) {
  ArrayMap arrays = readNpz(file);
  refuseUnknown(arrays, file, entry);
  Inputs inputs;
  for (const Signature::Tensor &input : entry.inputs) {
    Array *array = findArray(arrays, "in:", input.name);
    if (!array && !input.hasDefault)
      throw Refusal(file + ": no array 'in:" + input.name + "' for input '" + input.name + "'");
    inputs.push_back(array ? std::optional(*array) : std::nullopt);
  }
  return inputs;
}

} // namespace wasmind::tools
