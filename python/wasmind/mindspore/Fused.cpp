//===- Fused.cpp - the shared object behind the nodes of wasmind.mindspore.fuse -----------------------------------===//
//
// A fused function is one node of MindSpore, `Custom` of the kind "aot": MindSpore opens this file and calls functions
// below by name, One for a function with one result and Many for a tuple, each with its Init, InferShape and InferType.
// A node says by attributes which module it runs. Everything is answered from the module's signature here, so that no
// call passes through Python.
//
// Nothing of MindSpore is included or linked: its interface is declared below. It is built with the old std::string,
// and so is this file (CMakeLists.txt).
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "wasmind.h"
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace wasmind::mindspore {

/// mindspore::AotKernelData of 2.10: what a node keeps; MindSpore deletes it.
class NodeData {
public:
  virtual ~NodeData() = default;
};

/// mindspore::AotExtra of 2.10 (ccsrc/utils/custom_aot_extra.h) as it lies in memory: order and signatures matter.
/// Not in an anonymous namespace: a compiler that sees all derived classes, here none, resolves the calls itself.
class NodeInfo {
public:
  virtual ~NodeInfo() = default;
  virtual bool has(std::string attribute) = 0;
  virtual bool boolean(std::string attribute) = 0;
  virtual int64_t integer(std::string attribute) = 0;
  virtual float number(std::string attribute) = 0;
  virtual std::string text(std::string attribute) = 0;
  std::vector<size_t> workspace;
  NodeData *data;
};

} // namespace wasmind::mindspore

namespace {

using wasmind::mindspore::NodeData;
using wasmind::mindspore::NodeInfo;
using Shape = std::vector<int64_t>;

/// What MindSpore writes for an extent that is not known yet, and as the only extent of a tensor of unknown rank.
constexpr int64_t unknownExtent = -1, unknownRank = -2;

/// Element types: the module's, MindSpore's TypeId (mindapi/base/type_id.h), and its name in kernels.
struct ElementType {
  wasmind_dtype dtype;
  int typeId;
  const char *name;
};
constexpr ElementType elementTypes[] = {
    {WASMIND_BOOL, 30, "bool"},    {WASMIND_I8, 32, "int8"},     {WASMIND_I16, 33, "int16"},
    {WASMIND_I32, 34, "int32"},    {WASMIND_I64, 35, "int64"},   {WASMIND_U8, 37, "uint8"},
    {WASMIND_U16, 38, "uint16"},   {WASMIND_U32, 39, "uint32"},  {WASMIND_U64, 40, "uint64"},
    {WASMIND_F16, 42, "float16"},  {WASMIND_F32, 43, "float32"}, {WASMIND_F64, 44, "float64"},
    {WASMIND_BF16, 45, "bfloat16"}};

template <class Key> const ElementType *find(Key ElementType::*member, Key key) {
  auto found = std::ranges::find(elementTypes, key, member);
  return found == std::end(elementTypes) ? nullptr : found;
}

[[noreturn]] void fail(const std::string &function, const std::string &text) {
  throw std::runtime_error("wasmind: " + function + ": " + text);
}

/// The text of an error, which is freed.
std::string take(wasmind_error *error) {
  std::string text = wasmind_error_text(error);
  wasmind_error_delete(error);
  return text;
}

/// A module and its instances that are idle: each run takes one, so threads run side by side.
class Module {
public:
  /// calls: how many it has served, and others of its name before it.
  Module(wasmind_model *model, std::atomic<uint64_t> &calls) : model(model), calls(calls) {}
  Module(const Module &) = delete;
  ~Module() {
    for (wasmind_instance *instance : idle)
      wasmind_instance_delete(instance);
    wasmind_model_delete(model);
  }

  wasmind_instance *acquire(const std::string &function) {
    {
      std::lock_guard lock(mutex);
      if (!idle.empty()) {
        wasmind_instance *instance = idle.back();
        idle.pop_back();
        return instance;
      }
    }
    wasmind_instance *instance = nullptr;
    wasmind_error *error = nullptr;
    if (wasmind_instance_create(model, &instance, &error) != WASMIND_OK)
      fail(function, take(error));
    return instance;
  }

  void release(wasmind_instance *instance) {
    std::lock_guard lock(mutex);
    idle.push_back(instance);
  }

  wasmind_model *const model;
  std::atomic<uint64_t> &calls;

private:
  std::mutex mutex;
  std::vector<wasmind_instance *> idle;
};

/// An instance for the time of a run. One that was stopped is not given back.
class Lease {
public:
  Lease(Module &module, const std::string &function) : module(module), instance(module.acquire(function)) {}
  Lease(const Lease &) = delete;
  ~Lease() { isUsable ? module.release(instance) : wasmind_instance_delete(instance); }

  Module &module;
  wasmind_instance *const instance;
  bool isUsable = true;
};

/// Modules in use by name. Never destroyed: MindSpore ends its kernels in an order of its own.
struct Table {
  std::mutex mutex;
  std::map<std::string, std::weak_ptr<Module>> modules;
  std::map<std::string, std::atomic<uint64_t>> calls;
};
Table &table() {
  static auto *table = new Table;
  return *table;
}

/// The module of a name: "HASH:PATH" of one in a file, "HASH:" of one whose bytes fuse.py gave. Throws.
std::shared_ptr<Module> open(const std::string &name, const std::string &function, const void *bytes = nullptr,
                             size_t byteLength = 0) {
  std::lock_guard lock(table().mutex);
  std::erase_if(table().modules, [](const auto &entry) { return entry.second.expired(); });
  std::weak_ptr<Module> &known = table().modules[name];
  if (auto module = known.lock())
    return module;
  std::string path = name.substr(name.find(':') + 1);
  if (!bytes && path.empty())
    fail(function,
         "its module is in the process that fused it alone; give fuse output=PATH for nets that other processes load");
  wasmind_model *model = nullptr;
  wasmind_error *error = nullptr;
  wasmind_status status = bytes ? wasmind_model_load_bytes(bytes, byteLength, nullptr, &model, &error)
                                : wasmind_model_load_file(path.c_str(), nullptr, &model, &error);
  if (status != WASMIND_OK)
    fail(function, take(error));
  auto module = std::make_shared<Module>(model, table().calls[name]);
  known = module;
  return module;
}

struct Node : NodeData {
  explicit Node(NodeInfo &info)
      : function(info.text("wasmind_function")), module(open(info.text("wasmind_module"), function)) {}

  std::string function;
  std::shared_ptr<Module> module;

  size_t inputCount() const { return wasmind_model_input_count(module->model, 0); }
  size_t outputCount() const { return wasmind_model_output_count(module->model, 0); }
  wasmind_tensor_info input(size_t i) const { return wasmind_model_input(module->model, 0, i); }
  wasmind_tensor_info output(size_t i) const { return wasmind_model_output(module->model, 0, i); }

  /// "[batch 1..8, 3]"
  std::string expected(const wasmind_tensor_info &info) const {
    std::string text;
    for (size_t axis = 0; axis < info.rank; ++axis) {
      text += axis ? ", " : "";
      if (info.dims[axis] < 0) {
        text += std::to_string(info.bounds[axis]);
        continue;
      }
      wasmind_dim_info dim = wasmind_model_dim(module->model, info.dims[axis]);
      text += std::string(dim.name) + " " + std::to_string(dim.min) + ".." + std::to_string(dim.max);
    }
    return "[" + text + "]";
  }

  [[noreturn]] void refuse(size_t i, const Shape &shape, const std::string &why) const {
    std::string text;
    for (int64_t extent : shape)
      text += (text.empty() ? "" : ", ") + std::to_string(extent);
    fail(function, "the shape of " + std::string(input(i).name) + " is [" + text + "], " + why);
  }

  /// Values of the named extents, unknownExtent where the inputs do not say.
  Shape extents(const int *ranks, int64_t *const *shapes) const {
    Shape values(wasmind_model_dim_count(module->model), unknownExtent);
    for (size_t i = 0; i < inputCount(); ++i) {
      wasmind_tensor_info info = input(i);
      Shape shape(shapes[i], shapes[i] + ranks[i]);
      if (shape == Shape{unknownRank})
        continue;
      if (shape.size() != info.rank)
        refuse(i, shape, "and must be " + expected(info));
      for (size_t axis = 0; axis < info.rank; ++axis)
        if (shape[axis] != unknownExtent)
          check(i, info, shape, axis, values);
    }
    return values;
  }

  void check(size_t i, const wasmind_tensor_info &info, const Shape &shape, size_t axis, Shape &values) const {
    int64_t extent = shape[axis];
    if (info.dims[axis] < 0) {
      if (extent != info.bounds[axis])
        refuse(i, shape, "and must be " + expected(info));
      return;
    }
    wasmind_dim_info dim = wasmind_model_dim(module->model, info.dims[axis]);
    if (extent < dim.min || extent > dim.max)
      refuse(i, shape, "and must be " + expected(info));
    if (extent % dim.multiple_of)
      refuse(i, shape,
             "whose extent " + std::string(dim.name) + " must be a multiple of " + std::to_string(dim.multiple_of));
    int64_t &value = values[info.dims[axis]];
    if (value != unknownExtent && value != extent)
      refuse(i, shape, "whose extent " + std::string(dim.name) + " is " + std::to_string(value) + " elsewhere");
    value = extent;
  }

  std::vector<Shape> inferShapes(const int *ranks, int64_t *const *shapes) const {
    Shape values = extents(ranks, shapes);
    std::vector<Shape> results;
    for (size_t i = 0; i < outputCount(); ++i) {
      wasmind_tensor_info info = output(i);
      Shape shape(info.bounds, info.bounds + info.rank);
      for (size_t axis = 0; axis < info.rank; ++axis)
        if (info.dims[axis] >= 0)
          shape[axis] = values[info.dims[axis]];
      results.push_back(std::move(shape));
    }
    return results;
  }

  std::vector<int> inferTypes(const std::vector<int> &types) const {
    if (types.size() != inputCount())
      fail(function, "it takes " + std::to_string(inputCount()) + " tensors, not " + std::to_string(types.size()));
    for (size_t i = 0; i < types.size(); ++i) {
      const ElementType *given = find(&ElementType::typeId, types[i]);
      if (given && given->dtype == input(i).dtype)
        continue;
      fail(function, std::string(input(i).name) + " is " + (given ? given->name : "of another kind") + " and must be " +
                         find(&ElementType::dtype, input(i).dtype)->name);
    }
    std::vector<int> results;
    for (size_t i = 0; i < outputCount(); ++i)
      results.push_back(find(&ElementType::dtype, output(i).dtype)->typeId);
    return results;
  }

  void run(size_t count, void **data, const int *ranks, int64_t *const *shapes, const char *const *types) const {
    if (count != inputCount() + outputCount())
      fail(function, "MindSpore passes another number of tensors than the module has");
    auto view = [&](size_t i) {
      const ElementType *type = nullptr;
      for (const ElementType &each : elementTypes)
        if (std::string_view(types[i]) == each.name)
          type = &each;
      if (!type)
        fail(function, std::string(types[i]) + " is no element type of modules");
      size_t byteLength = wasmind_dtype_byte_width(type->dtype);
      for (int axis = 0; axis < ranks[i]; ++axis)
        byteLength *= shapes[i][axis];
      return wasmind_tensor{type->dtype, static_cast<size_t>(ranks[i]), shapes[i], data[i], byteLength};
    };
    std::vector<wasmind_tensor> inputs;
    for (size_t i = 0; i < inputCount(); ++i)
      inputs.push_back(view(i));
    Lease lease(*module, function);
    wasmind_error *error = nullptr;
    wasmind_status status = wasmind_instance_run(lease.instance, 0, inputs.data(), inputs.size(), &error);
    if (status != WASMIND_OK) {
      lease.isUsable = status == WASMIND_INVALID_ARGUMENT;
      fail(function, take(error));
    }
    for (size_t i = 0; i < outputCount(); ++i) {
      wasmind_tensor result, place = view(inputCount() + i);
      if (wasmind_instance_output(lease.instance, 0, i, &result, &error) != WASMIND_OK)
        fail(function, take(error));
      if (result.dtype != place.dtype ||
          !std::equal(result.shape, result.shape + result.rank, place.shape, place.shape + place.rank))
        fail(function, "MindSpore keeps a place of another type or shape for result " + std::to_string(i));
      if (result.byte_length)
        std::memcpy(place.data, result.data, result.byte_length);
    }
    module->calls.fetch_add(1, std::memory_order_relaxed);
  }
};

} // namespace

#define EXPORT extern "C" __attribute__((visibility("default")))
// C linkage is for the name; MindSpore calls these from C++.
#if defined(__clang__)
#pragma clang diagnostic ignored "-Wreturn-type-c-linkage"
#endif

static Node &node(NodeInfo &info) {
  static std::mutex mutex;
  std::lock_guard lock(mutex);
  if (!info.data)
    info.data = new Node(info);
  return static_cast<Node &>(*info.data);
}

/// Takes the module as early as can be. MindSpore logs what is thrown here and raises another text, so that is left to
/// the run.
static int init(NodeInfo *info) {
  try {
    node(*info);
  } catch (const std::exception &) {
  }
  return 0;
}

static int run(int count, void **data, int *ranks, int64_t **shapes, const char **types, void *extra) {
  node(*static_cast<NodeInfo *>(extra)).run(count, data, ranks, shapes, types);
  return 0;
}

EXPORT int One(int count, void **data, int *ranks, int64_t **shapes, const char **types, void *, void *extra) {
  return run(count, data, ranks, shapes, types, extra);
}
EXPORT int OneInit(int *, int64_t **, const char **, NodeInfo *info) { return init(info); }
EXPORT Shape OneInferShape(int *ranks, int64_t **shapes, NodeInfo *info) {
  return Node(*info).inferShapes(ranks, shapes).front();
}
EXPORT int OneInferType(std::vector<int> types, NodeInfo *info) { return Node(*info).inferTypes(types).front(); }

EXPORT int Many(int count, void **data, int *ranks, int64_t **shapes, const char **types, void *, void *extra) {
  return run(count, data, ranks, shapes, types, extra);
}
EXPORT int ManyInit(int *, int64_t **, const char **, NodeInfo *info) { return init(info); }
EXPORT std::vector<Shape> ManyInferShape(int *ranks, int64_t **shapes, NodeInfo *info) {
  return Node(*info).inferShapes(ranks, shapes);
}
EXPORT std::vector<int> ManyInferType(std::vector<int> types, NodeInfo *info) { return Node(*info).inferTypes(types); }

/// Holds a module until it is closed. Returns NULL and writes a NUL-terminated text of at most `capacity` bytes if it
/// cannot be loaded.
EXPORT void *wasmind_fused_open(const char *name, const char *function, const void *bytes, size_t byteLength,
                                char *error, size_t capacity) {
  try {
    return new std::shared_ptr<Module>(open(name, function, bytes, byteLength));
  } catch (const std::exception &problem) {
    std::strncpy(error, problem.what(), capacity - 1);
    error[capacity - 1] = '\0';
    return nullptr;
  }
}
/// How many inputs or outputs a module has that is held.
EXPORT size_t wasmind_fused_count(void *module, bool areOutputs) {
  wasmind_model *model = (*static_cast<std::shared_ptr<Module> *>(module))->model;
  return areOutputs ? wasmind_model_output_count(model, 0) : wasmind_model_input_count(model, 0);
}
/// How often modules of this name have run.
EXPORT uint64_t wasmind_fused_calls(const char *name) {
  std::lock_guard lock(table().mutex);
  auto found = table().calls.find(name);
  return found == table().calls.end() ? 0 : found->second.load();
}
EXPORT void wasmind_fused_close(void *module) { delete static_cast<std::shared_ptr<Module> *>(module); }
