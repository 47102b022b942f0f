//===- Backend.cpp - @jit(backend="wasm"): graphs out of MindSpore, tensors in and out ----------------------------===//
//
// Compiled on its user's machine against the headers of the installed MindSpore (backend.py says how). A graph leaves
// here as MindIR bytes, the tensors of a call as words, and what Python makes of both comes back through the functions
// at the end. Nothing of wasmind is included or linked.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "include/runtime/pipeline/pipeline.h"
#include "ir/func_graph.h"
#include "ir/graph_utils.h"
#include "ir/primitive.h"
#include "ir/tensor.h"
#include "ir/tensor_new.h"
#include "mindspore/include/custom_backend_api.h"
#include "utils/trace_base.h"
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <vector>

namespace mindspore {
// libmindspore_common.so; its header needs mind_ir.pb.h, which the package lacks.
std::string GetBinaryProtoString(const FuncGraphPtr &graph, const bool &incremental);
} // namespace mindspore

namespace wasmind {
using namespace mindspore;

/// The words of a tensor: type (MindSpore's TypeId), address of its storage, byte length, hash of its bytes or 0, rank,
/// shape [rank], number of strides (0: dense and row-major), strides and offset of the first element in elements. The
/// address is valid during the call.
using Words = std::vector<int64_t>;

/// Both write a NUL-terminated text to `error` where they fail.
/// \param words  the parameters of the graph that have a value, and their names, one a line
/// \returns how many of them are weights: the last of the tensors of each call; or -1
using BuildFunction = int32_t (*)(uint32_t graph, const char *mindir, int64_t byteLength, const int64_t *words,
                                  int64_t count, const char *names, char *error, int64_t capacity);
/// \param words    number of the words before the weights', a hash of all weights or 0 (they are what they were), the
///                 tensors of the arguments, those of tuples one after the other, the weights
/// \param results  what the functions at the end of this file get
/// \returns 0, or another number
using RunFunction = int32_t (*)(uint32_t graph, const int64_t *words, int64_t count, void *results, char *error,
                                int64_t capacity);
using ClearFunction = void (*)(uint32_t graph);

BuildFunction onBuild = nullptr;
RunFunction onRun = nullptr;
ClearFunction onClear = nullptr;
bool areWeightsFrozen = false;
std::string package; // the folder of MindSpore

/// What a run returns, while it is being made: tuples that are open, innermost last.
struct Results {
  std::vector<VectorRef> open{1};
};

/// Waits until PyNative mode has computed what it was asked for: before that, tensors have no memory.
void finishPending() {
  if (PyGILState_Check()) {
    pybind11::gil_scoped_release release;
    runtime::Pipeline::Get().WaitAll();
  } else {
    runtime::Pipeline::Get().WaitAll();
  }
}

/// Two different contents have one hash by chance alone, once in 2^63. Four sums at once keep up with memory.
int64_t hashOf(const void *data, size_t byteLength) {
  constexpr uint64_t factor = 0x9E3779B97F4A7C15;
  uint64_t sums[4] = {byteLength, 1, 2, 3};
  auto *bytes = static_cast<const unsigned char *>(data);
  auto mix = [&](uint64_t &sum, uint64_t word) {
    sum = (sum ^ word) * factor;
    sum ^= sum >> 32;
  };
  size_t at = 0;
  for (; at + 32 <= byteLength; at += 32)
    for (size_t lane = 0; lane < 4; ++lane) {
      uint64_t word;
      std::memcpy(&word, bytes + at + 8 * lane, 8);
      mix(sums[lane], word);
    }
  for (; at < byteLength; ++at)
    mix(sums[at % 4], bytes[at]);
  for (size_t lane = 1; lane < 4; ++lane)
    mix(sums[0], sums[lane]);
  return static_cast<int64_t>(sums[0] | 1);
}

void put(Words &words, const tensor::TensorPtr &tensor, bool isHashed) {
  const void *data = tensor->unsafe_data();
  size_t byteLength = tensor->Size();
  bool isView = !tensor->is_contiguous() || tensor->storage_offset() != 0;
  if (!data && byteLength)
    throw std::runtime_error("wasmind: a tensor has no memory on the CPU");
  if (isView && isHashed)
    throw std::runtime_error("wasmind: the weight " + tensor->name() + " is a view of another tensor; make it a copy");
  int64_t hash = isHashed ? hashOf(data, byteLength) : 0;
  words.insert(words.end(), {tensor->data_type(), reinterpret_cast<intptr_t>(data), static_cast<int64_t>(byteLength),
                             hash, static_cast<int64_t>(tensor->shape().size())});
  words.insert(words.end(), tensor->shape().begin(), tensor->shape().end());
  std::vector<int64_t> strides;
  if (isView)
    strides = tensor->stride();
  words.push_back(strides.size());
  words.insert(words.end(), strides.begin(), strides.end());
  words.push_back(isView ? tensor->storage_offset() : 0);
}

void put(Words &words, const BaseRef &value) {
  if (utils::isa<tensor::TensorPtr>(value)) {
    auto tensor = utils::cast<tensor::TensorPtr>(value);
    return put(words, tensor, false);
  }
  if (utils::isa<ValueSequencePtr>(value)) {
    for (const ValuePtr &each : utils::cast<ValueSequencePtr>(value)->value())
      put(words, BaseRef(each));
    return;
  }
  if (utils::isa<VectorRef>(value)) {
    for (const BaseRef &each : utils::cast<VectorRef>(value))
      put(words, each);
    return;
  }
  if (utils::isa<UMonadPtr>(value) || utils::isa<IOMonadPtr>(value))
    return;
  throw std::runtime_error("wasmind: an argument is neither tensor nor tuple of tensors but " + value.ToString());
}

/// An error's text, with the innermost line of the user's own in which the node stands that it names.
std::string withPlace(std::string text, const FuncGraphPtr &graph) {
  size_t begin = text.find("node '");
  size_t end = begin == std::string::npos ? begin : text.find('\'', begin + 6);
  if (end == std::string::npos)
    return text;
  std::string name = text.substr(begin + 6, end - begin - 6);
  for (const AnfNodePtr &node : TopoSort(graph->get_return(), SuccDeeperSimple)) {
    if (!node->isa<CNode>() || node->fullname_with_scope() != name)
      continue;
    // "In file PATH:LINE, COLUMNS/..." from the innermost call outwards; of whole functions "PATH:LINE~LINE".
    for (const std::string &call : trace::GetSourceLineList(node)) {
      size_t file = call.find("In file ");
      if (file == std::string::npos || call.compare(file + 8, package.size(), package) == 0)
        continue;
      std::string found = call.substr(file + 8, call.find(',', file) - file - 8);
      if (found.find_first_not_of("0123456789", found.rfind(':') + 1) == std::string::npos)
        return text + "; it stands in " + found;
    }
  }
  return text;
}

/// Throws where MindSpore leaves a part of the graph to Python.
void refuseInterpreted(const FuncGraphPtr &graph) {
  for (const AnfNodePtr &node : TopoSort(graph->get_return(), SuccDeeperSimple)) {
    auto primitive = node->isa<CNode>() ? GetCNodePrimitive(node) : nullptr;
    if (!primitive || primitive->name() != "PyExecute")
      continue;
    throw std::runtime_error(
        withPlace("wasmind: node '" + node->fullname_with_scope() +
                      "' (PyExecute): MindSpore leaves this to Python, which modules do not have: make numbers that a "
                      "loop changes Tensors, pass tensors and numbers, and return them in tuples, not in a dict",
                  graph));
  }
}

class Backend : public backend::BackendBase {
public:
  backend::BackendGraphId Build(const FuncGraphPtr &graph, const backend::BackendJitConfig &) override {
    finishPending();
    backend::BackendGraphId id = next();
    Words weights;
    std::string names;
    for (const AnfNodePtr &each : graph->parameters()) {
      auto parameter = each->cast<ParameterPtr>();
      if (parameter && parameter->has_default())
        if (auto tensor = std::dynamic_pointer_cast<tensor::Tensor>(parameter->default_param())) {
          put(weights, tensor, true);
          names += parameter->name() + "\n";
        }
    }
    refuseInterpreted(graph);
    std::string bytes = GetBinaryProtoString(graph, false);
    std::vector<char> error(8192);
    int32_t weightCount = onBuild(id, bytes.data(), bytes.size(), weights.data(), weights.size(), names.c_str(),
                                  error.data(), error.size());
    if (weightCount < 0)
      throw std::runtime_error(withPlace(error.data(), graph));
    std::lock_guard lock(mutex);
    graphs[id] = {graph, static_cast<size_t>(weightCount)};
    return id;
  }

  backend::RunningStatus Run(backend::BackendGraphId id, const VectorRef &arguments, VectorRef *outputs) override {
    // The list is the graph's, and another thread's call changes it while this one waits.
    const VectorRef inputs = arguments;
    finishPending();
    const Graph graph = graphOf(id);
    if (inputs.size() < graph.weightCount)
      throw std::runtime_error("wasmind: MindSpore passes fewer tensors than the graph has weights");
    Words words{0, 0};
    words.reserve(16 * inputs.size());
    size_t begin = inputs.size() - graph.weightCount;
    for (size_t i = 0; i < begin; ++i)
      put(words, inputs[i]);
    words[0] = words.size();
    Words hashes;
    for (size_t i = begin; i < inputs.size(); ++i) {
      size_t at = words.size();
      put(words, utils::cast<tensor::TensorPtr>(inputs[i]), !areWeightsFrozen);
      hashes.push_back(words[at + 3]);
    }
    words[1] = areWeightsFrozen ? 0 : hashOf(hashes.data(), hashes.size() * sizeof(int64_t));
    Results results;
    std::vector<char> error(8192);
    if (onRun(id, words.data(), words.size(), &results, error.data(), error.size()))
      throw std::runtime_error(withPlace(error.data(), graph.function));
    *outputs = results.open.front();
    return backend::kRunningSuccess;
  }

  void ClearGraph(backend::BackendGraphId id) override {
    {
      std::lock_guard lock(mutex);
      graphs.erase(id);
    }
    onClear(id); // waits for Python's lock, whose holder may wait for this one
  }

private:
  struct Graph {
    FuncGraphPtr function;
    size_t weightCount = 0;
  };

  backend::BackendGraphId next() {
    std::lock_guard lock(mutex);
    return count++;
  }
  Graph graphOf(backend::BackendGraphId id) {
    std::lock_guard lock(mutex);
    return graphs.at(id);
  }

  std::mutex mutex;
  backend::BackendGraphId count = 0;
  std::map<backend::BackendGraphId, Graph> graphs;
};

constexpr auto wasm = "wasm"; // the macro makes a name of it
MS_REGISTER_BACKEND(wasm, Backend);

} // namespace wasmind

#define EXPORT extern "C" __attribute__((visibility("default")))
using wasmind::Results;

EXPORT void wasmind_backend_receive(wasmind::BuildFunction build, wasmind::RunFunction run,
                                    wasmind::ClearFunction clear, const char *package) {
  wasmind::package = package;
  wasmind::onBuild = build;
  wasmind::onRun = run;
  wasmind::onClear = clear;
}
/// Whether weights are taken for what they were when their graph was compiled.
EXPORT void wasmind_backend_freeze(bool areFrozen) { wasmind::areWeightsFrozen = areFrozen; }

/// Appends a tensor to the results and returns its memory.
EXPORT void *wasmind_backend_tensor(void *results, int32_t type, const int64_t *shape, int32_t rank) {
  auto tensor =
      mindspore::tensor::from_spec(static_cast<mindspore::TypeId>(type), mindspore::ShapeVector(shape, shape + rank),
                                   mindspore::device::DeviceType::kCPU);
  static_cast<Results *>(results)->open.back().emplace_back(tensor);
  return tensor->data_c();
}
EXPORT void wasmind_backend_none(void *results) {
  static_cast<Results *>(results)->open.back().emplace_back(mindspore::kNone);
}
EXPORT void wasmind_backend_integer(void *results, int64_t value) {
  static_cast<Results *>(results)->open.back().emplace_back(mindspore::MakeValue(value));
}
EXPORT void wasmind_backend_boolean(void *results, bool value) {
  static_cast<Results *>(results)->open.back().emplace_back(mindspore::MakeValue(value));
}
EXPORT void wasmind_backend_number(void *results, double value) {
  static_cast<Results *>(results)->open.back().emplace_back(mindspore::MakeValue(static_cast<float>(value)));
}
/// What is appended from here to the next close is a tuple.
EXPORT void wasmind_backend_open(void *results) { static_cast<Results *>(results)->open.emplace_back(); }
EXPORT void wasmind_backend_close(void *results) {
  auto &open = static_cast<Results *>(results)->open;
  mindspore::VectorRef tuple = open.back();
  open.pop_back();
  open.back().emplace_back(tuple);
}
