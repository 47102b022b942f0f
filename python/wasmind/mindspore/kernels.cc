//===- kernels.cc - what only MindSpore's own headers can say -----------------------------------------------------===//
//
// Compiled on the user's machine, once per installed package (shim.py), against the headers that come with MindSpore:
// the attributes of a primitive, which no plug-in is handed, and MindSpore's own kernel for a call that the library
// does not serve. What crosses to Plugin.cpp is C data: the two are built with different strings.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "abstract/dshape.h"
#include "include/runtime/hardware_abstract/kernel_base/kernel_info.h"
#include "include/runtime/hardware_abstract/kernel_base/kernel_tensor.h"
#include "include/runtime/hardware_abstract/kernel_base/ms_factory.h"
#include "ir/dtype.h"
#include "ir/func_graph.h"
#include "ir/graph_utils.h"
#include "ir/primitive.h"
#include "ir/value.h"
#include "kernel/cpu/cpu_kernel.h"
#include "kernel/cpu/op_plugin/custom_op_plugin_kernel.h"
#include "utils/trace_base.h"

using namespace mindspore;
using kernel::KernelTensor;
using kernel::op_plugin::CustomOpPluginCpuKernelMod;
using kernel::op_plugin::KernelInputInfo;
using kernel::op_plugin::KernelInputInfoImpl;

namespace {

// The tensors of a call are a private member. An explicit instantiation may name it ([temp.explicit]), and hands it on.
std::vector<KernelTensor *> KernelInputInfoImpl::*tensorsMember();
template <auto member> struct Reach {
  friend std::vector<KernelTensor *> KernelInputInfoImpl::*tensorsMember() { return member; }
};
template struct Reach<&KernelInputInfoImpl::inputs_>;

/// A kernel object that MindSpore made for a primitive holds what it hands to the plug-in.
struct Holder : CustomOpPluginCpuKernelMod {
  Holder() = default;
  static CustomOpPluginCpuKernelMod *of(void *extra) {
    static const CustomOpPluginCpuKernelMod one;
    static const Holder measure;
    const auto offset =
        reinterpret_cast<const char *>(&measure.kernel_info_) - reinterpret_cast<const char *>(&measure);
    char *start = static_cast<char *>(extra) - offset;
    return std::memcmp(start, &one, sizeof(void *)) == 0 ? reinterpret_cast<CustomOpPluginCpuKernelMod *>(start)
                                                         : nullptr;
  }
};

std::string text(const ValuePtr &value) {
  if (value->isa<StringImm>())
    return '"' + GetValue<std::string>(value) + '"';
  if (value->isa<BoolImm>())
    return GetValue<bool>(value) ? "true" : "false";
  if (value->isa<Int64Imm>())
    return std::to_string(GetValue<int64_t>(value));
  if (value->isa<FP32Imm>() || value->isa<FP64Imm>()) {
    char digits[40];
    std::snprintf(digits, sizeof digits, "%.17g",
                  value->isa<FP32Imm>() ? GetValue<float>(value) : GetValue<double>(value));
    return digits;
  }
  if (auto sequence = value->cast<ValueSequencePtr>()) {
    std::string list;
    for (const ValuePtr &each : sequence->value())
      list += (list.empty() ? "" : ",") + text(each);
    return '[' + list + ']';
  }
  return "null";
}

int put(const std::string &from, char *to, size_t capacity) {
  if (capacity == 0)
    return 0;
  const size_t count = std::min(from.size(), capacity - 1);
  std::memcpy(to, from.data(), count);
  to[count] = 0;
  return static_cast<int>(count);
}

TypeId typeOf(const std::string &name) {
  for (TypeId id :
       {kNumberTypeBool, kNumberTypeInt8, kNumberTypeInt16, kNumberTypeInt32, kNumberTypeInt64, kNumberTypeUInt8,
        kNumberTypeUInt16, kNumberTypeUInt32, kNumberTypeUInt64, kNumberTypeFloat16, kNumberTypeFloat32,
        kNumberTypeFloat64, kNumberTypeBFloat16, kNumberTypeComplex64, kNumberTypeComplex128})
    if (TypeIdToString(id, true) == name)
      return id;
  throw std::runtime_error("no element type " + name);
}

std::unique_ptr<KernelTensor> tensor(TypeId type, const ShapeVector &shape, void *data, size_t byteLength) {
  auto made = std::make_unique<KernelTensor>(std::make_shared<abstract::TensorShape>(shape),
                                             std::make_shared<TensorType>(TypeIdToType(type)), nullptr);
  auto address = std::make_shared<device::DeviceAddress>(data, byteLength, device::DeviceType::kCPU);
  made->set_device_address(address);
  return made;
}

size_t countOf(const ShapeVector &shape) {
  size_t count = 1;
  for (int64_t extent : shape)
    count *= static_cast<size_t>(extent);
  return count;
}

/// The elements of a view, one behind the other.
std::vector<char> dense(const KernelTensor &view, const char *storage, size_t width) {
  const ShapeVector &shape = view.GetShapeVector();
  const auto &layout = *view.tensor_storage_info();
  std::vector<char> made(countOf(shape) * width);
  std::vector<int64_t> index(shape.size());
  for (size_t element = 0; element * width < made.size(); ++element) {
    size_t at = layout.storage_offset;
    for (size_t axis = 0; axis < shape.size(); ++axis)
      at += static_cast<size_t>(index[axis] * layout.strides[axis]);
    std::memcpy(&made[element * width], storage + at * width, width);
    for (size_t axis = shape.size(); axis-- && ++index[axis] == shape[axis];)
      index[axis] = 0;
  }
  return made;
}

void run(const std::string &primitive, void *extra, int count, void **data, const int *ranks, int64_t *const *shapes,
         const char *const *types) {
  auto native = kernel::Factory<kernel::NativeCpuKernelMod>::Instance().Create(primitive);
  if (!native)
    throw std::runtime_error("MindSpore has no kernel of its own for it");
  auto *info = static_cast<KernelInputInfoImpl *>(static_cast<KernelInputInfo *>(extra));
  std::vector<KernelTensor *> inputs = info->*tensorsMember(), outputs, workspaces;
  std::vector<std::unique_ptr<KernelTensor>> made;
  std::vector<std::vector<char>> buffers;
  for (size_t i = 0; i < inputs.size(); ++i)
    if (KernelTensor *each = inputs[i]; each->type_id() == kObjectTypeTensorType && each->tensor_storage_info()) {
      buffers.push_back(dense(*each, static_cast<const char *>(data[i]), UnitSizeInBytes(each->dtype_id())));
      made.push_back(tensor(each->dtype_id(), each->GetShapeVector(), buffers.back().data(), buffers.back().size()));
      inputs[i] = made.back().get();
    }
  for (int i = static_cast<int>(inputs.size()); i < count; ++i) {
    const ShapeVector shape(shapes[i], shapes[i] + ranks[i]);
    const TypeId type = typeOf(types[i]);
    made.push_back(tensor(type, shape, data[i], countOf(shape) * UnitSizeInBytes(type)));
    outputs.push_back(made.back().get());
  }
  CustomOpPluginCpuKernelMod *holder = Holder::of(extra);
  if (!native->Init(holder ? holder->primitive() : std::make_shared<Primitive>(primitive), inputs, outputs) ||
      native->Resize(inputs, outputs) != kernel::KRET_OK)
    throw std::runtime_error("MindSpore's own kernel does not take it");
  for (size_t byteLength : native->GetWorkspaceSizeList()) {
    buffers.emplace_back(byteLength);
    made.push_back(tensor(kNumberTypeInt8, {static_cast<int64_t>(byteLength)}, buffers.back().data(), byteLength));
    workspaces.push_back(made.back().get());
  }
  if (!native->Launch(inputs, workspaces, outputs, nullptr))
    throw std::runtime_error("MindSpore's own kernel failed");
}

/// The innermost line of a node's calls that is not of the folder `package`, as PATH:LINE; empty where MindSpore knows
/// none.
std::string lineOf(const AnfNodePtr &node, const std::string &package) {
  // "In file PATH:LINE, COLUMNS/..." from the innermost call outwards; of whole functions "PATH:LINE~LINE".
  for (const std::string &call : trace::GetSourceLineList(node)) {
    const size_t file = call.find("In file ");
    if (file == std::string::npos || call.compare(file + 8, package.size(), package) == 0)
      continue;
    const std::string found = call.substr(file + 8, call.find(',', file) - file - 8);
    if (found.find_first_not_of("0123456789", found.rfind(':') + 1) == std::string::npos)
      return found;
  }
  return "";
}

/// Where in the user's script the graph's node stands whose kernel object this is: its scope and line. MindSpore
/// forgets the lines of nodes that it made itself, as it does of some functions; the nearest before it has one. Empty
/// for what is found in no graph.
std::string placeOf(const CustomOpPluginCpuKernelMod *holder, const std::vector<KernelTensor *> &inputs,
                    const std::string &package) {
  std::string constant; // what is known of a node that reads constants only: these know no graph to look for it in
  for (const KernelTensor *input : inputs) {
    const auto address = input->device_address();
    const AnfNodePtr producer = address ? address->node_index().first.lock() : nullptr;
    const FuncGraphPtr graph = producer ? producer->func_graph() : nullptr;
    if (producer && !graph)
      constant = "a node of a graph that reads constants only; compute it outside of the graph";
    if (!graph)
      continue;
    for (const AnfNodePtr &node : TopoSort(graph->get_return())) {
      auto *info = node->isa<CNode>() ? dynamic_cast<const device::KernelInfo *>(node->kernel_info()) : nullptr;
      if (!info || info->kernel_mod() != holder)
        continue;
      const std::string name = "node '" + node->fullname_with_scope() + "'";
      if (const std::string line = lineOf(node, package); !line.empty())
        return name + ", " + line;
      constexpr size_t most = 64;
      std::vector<AnfNodePtr> before{node};
      for (size_t next = 0; next < before.size() && next < most; ++next) {
        if (const std::string line = lineOf(before[next], package); !line.empty())
          return name + ", behind " + line;
        if (auto call = before[next]->cast<CNodePtr>())
          before.insert(before.end(), call->inputs().begin() + 1, call->inputs().end());
      }
      return name;
    }
  }
  return constant;
}

} // namespace

#define EXPORT extern "C" __attribute__((visibility("default")))

/// Writes the attributes of the primitive of a call as JSON; returns their length, or -1 where MindSpore made no kernel
/// object for the call.
EXPORT int wasmind_kernels_attributes(void *extra, char *json, size_t capacity) {
  CustomOpPluginCpuKernelMod *holder = Holder::of(extra);
  if (!holder || !holder->primitive())
    return -1;
  std::string list;
  for (const auto &[name, value] : holder->primitive()->attrs())
    list += (list.empty() ? "" : ",") + ('"' + name + "\":" + (value ? text(value) : "null"));
  return put('{' + list + '}', json, capacity);
}

/// Writes where in the user's script the node of a call stands, nothing where that is no graph's; returns how long that
/// is. `package` is the folder of MindSpore, whose lines are not the user's.
EXPORT int wasmind_kernels_place(void *extra, const char *package, char *text, size_t capacity) {
  try {
    CustomOpPluginCpuKernelMod *holder = Holder::of(extra);
    auto *info = static_cast<KernelInputInfoImpl *>(static_cast<KernelInputInfo *>(extra));
    return put(holder ? placeOf(holder, info->*tensorsMember(), package) : "", text, capacity);
  } catch (const std::exception &) {
    return put("", text, capacity);
  }
}

/// Runs MindSpore's own kernel with the arguments of a plug-in's function. Returns 0, or 1 and the reason.
EXPORT int wasmind_kernels_run(const char *primitive, void *extra, int count, void **data, const int *ranks,
                               int64_t *const *shapes, const char *const *types, char *error, size_t capacity) {
  try {
    run(primitive, extra, count, data, ranks, shapes, types);
    return 0;
  } catch (const std::exception &problem) {
    put(problem.what(), error, capacity);
    return 1;
  }
}
