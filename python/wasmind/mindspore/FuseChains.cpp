//===- FuseChains.cpp - a pass of MindSpore that makes one node of a chain of operators ---------------------------===//
//
// Compiled on its user's machine against the headers of the installed MindSpore (shim.py), and registered as a pass
// over whole graphs (chains.py), which MindSpore runs behind its own optimisations and derivatives. A chain leaves here
// as MindIR, all those of a graph at once; for each that Python knows a module for, a node of Fused.cpp takes its
// place.
//
// Chains grow from producers to users. Nodes may be one as long as no path leaves them and comes back, which is asked
// of the graph in which the chains found so far are single nodes. Results that others use become results of the chain.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "ir/func_graph.h"
#include "ir/graph_utils.h"
#include "ir/manager.h"
#include "ir/tensor.h"
#include "mindspore/include/custom_pass_api.h"
#include "utils/phase.h"
#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace mindspore {
// libmindspore_common.so; its header needs mind_ir.pb.h, which the package lacks.
std::string GetBinaryProtoString(const FuncGraphPtr &graph, const bool &incremental);
} // namespace mindspore

namespace wasmind {
using namespace mindspore;

/// What a primitive is to a chain: Work, one operator of it; Head, a product, with which one begins and of which it has
/// one; Layout, which moves elements only, and for which alone no chain is worth it.
enum Role : int32_t { Work, Head, Layout };

/// Gets the chains of a graph: their MindIR, of `lengths` bytes, the primitives in them, and in `left`, a line each,
/// what was left out and why. Writes to `modules` a text of at most `capacity` bytes per chain, what Fused.cpp calls
/// its module by, or none to leave it as it is.
using Receiver = void (*)(int32_t count, const char *const *graphs, const int64_t *lengths, const char *const *names,
                          const char *left, char *modules, int64_t capacity);

struct Settings {
  std::map<std::string, Role> roles; // empty: nothing is fused
  Receiver receiver = nullptr;
  std::string kernels; // the path of what Fused.cpp became
};
std::mutex mutex;
Settings settings;

/// A copy: Python's lock is waited for by who holds none of ours.
Settings current() {
  std::lock_guard lock(mutex);
  return settings;
}

constexpr size_t nowhere = SIZE_MAX, moduleCapacity = 4352;

ValueNodePtr constant(const ValuePtr &value) {
  auto node = NewValueNode(value);
  node->set_abstract(value->ToAbstract());
  return node;
}

PrimitivePtr primitiveOf(const CNodePtr &node) { return GetValueNode<PrimitivePtr>(node->input(0)); }

bool isFloat(TypeId type) {
  return type == kNumberTypeFloat16 || type == kNumberTypeFloat32 || type == kNumberTypeFloat64;
}

TypeId typeOf(const abstract::AbstractBasePtr &abstract) {
  return abstract->cast<abstract::AbstractTensorPtr>()->element()->BuildType()->type_id();
}

ShapeVector shapeOf(const abstract::AbstractBasePtr &abstract) {
  return abstract->BuildShape()->cast<abstract::ShapePtr>()->shape();
}

/// Why no kernel takes what `abstract` describes; empty: one does.
std::string problemOf(const abstract::AbstractBasePtr &abstract) {
  if (!abstract || !abstract->isa<abstract::AbstractTensor>() || !abstract->BuildShape()->isa<abstract::Shape>())
    return "an operand is no tensor";
  const ShapeVector shape = shapeOf(abstract);
  if (std::any_of(shape.begin(), shape.end(), [](int64_t extent) { return extent < 0; }))
    return "a shape is not known before the run";
  if (std::find(shape.begin(), shape.end(), 0) != shape.end())
    return "a tensor is empty";
  static const std::set<TypeId> known = {kNumberTypeBool,   kNumberTypeInt8,    kNumberTypeInt16,   kNumberTypeInt32,
                                         kNumberTypeInt64,  kNumberTypeUInt8,   kNumberTypeUInt16,  kNumberTypeUInt32,
                                         kNumberTypeUInt64, kNumberTypeFloat16, kNumberTypeFloat32, kNumberTypeFloat64};
  return known.count(typeOf(abstract)) ? "" : "an element type has no kernels";
}

abstract::AbstractBasePtr tensorLike(const abstract::AbstractBasePtr &abstract) {
  return std::make_shared<abstract::AbstractTensor>(TypeIdToType(typeOf(abstract)), shapeOf(abstract));
}

/// Whether an operand is part of what a kernel computes: numbers, axes, tensors of one element.
bool isConstant(const AnfNodePtr &node) {
  if (!node->isa<ValueNode>())
    return false;
  auto tensor = GetValueNode<tensor::TensorPtr>(node);
  return !tensor || tensor->DataSize() <= 1;
}

bool isMonad(const AnfNodePtr &node) { return node->abstract() && node->abstract()->isa<abstract::AbstractMonad>(); }

/// The chains of a graph and of those that it calls.
class Chains {
public:
  Chains(const FuncGraphPtr &root, const Settings &settings)
      : settings(settings), manager(root->manager() ? root->manager() : Manage(root, false)) {
    for (const AnfNodePtr &node : TopoSort(root->get_return(), SuccDeeperSimple)) {
      if (!node->isa<CNode>())
        continue;
      index[node] = nodes.size();
      nodes.push_back(node->cast<CNodePtr>());
    }
    chain.resize(nodes.size(), nowhere);
    seen.resize(nodes.size());
    for (size_t i = 0; i < nodes.size(); ++i)
      if (nodes[i]->func_graph() && isMember(i))
        place(i);
  }

  bool replace() {
    std::vector<std::vector<size_t>> found;
    for (const std::vector<size_t> &each : members)
      if (std::count_if(each.begin(), each.end(), [&](size_t i) { return isWork(i); }) > 1)
        found.push_back(each);
    if (found.empty() && left.empty())
      return false;
    std::vector<Ported> ported;
    std::vector<const char *> graphs, names;
    std::vector<int64_t> lengths;
    for (const std::vector<size_t> &each : found)
      ported.push_back(port(each));
    for (const Ported &each : ported) {
      graphs.push_back(each.bytes.data());
      lengths.push_back(each.bytes.size());
      names.push_back(each.name.c_str());
    }
    std::string lines;
    for (const std::string &line : left)
      lines += line + "\n";
    std::vector<char> modules(ported.size() * moduleCapacity);
    settings.receiver(ported.size(), graphs.data(), lengths.data(), names.data(), lines.c_str(), modules.data(),
                      moduleCapacity);
    bool isChanged = false;
    for (size_t i = 0; i < ported.size(); ++i)
      if (const char *module = &modules[i * moduleCapacity]; *module) {
        put(ported[i], module);
        isChanged = true;
      }
    return isChanged;
  }

private:
  /// A chain in MindIR. inputs and outputs: nodes of the graph that it was taken from.
  struct Ported {
    std::string name, bytes;
    AnfNodePtrList inputs, outputs;
  };

  const Role *roleOf(size_t i) const {
    auto primitive = primitiveOf(nodes[i]);
    auto found = primitive ? settings.roles.find(primitive->name()) : settings.roles.end();
    return found == settings.roles.end() ? nullptr : &found->second;
  }
  bool isWork(size_t i) const {
    const Role *role = roleOf(i);
    return role && *role != Layout;
  }
  bool isHead(size_t i) const {
    const Role *role = roleOf(i);
    return role && *role == Head;
  }

  /// The first result of a node in a chain, which belongs to it.
  bool isFirst(size_t i) const {
    auto primitive = primitiveOf(nodes[i]);
    return primitive && primitive->name() == "TupleGetItem" && index.count(nodes[i]->input(1)) &&
           chain[index.at(nodes[i]->input(1))] != nowhere;
  }

  bool isMember(size_t i) {
    if (isFirst(i))
      return true;
    if (!roleOf(i))
      return false;
    const std::string problem = problemOf(i);
    if (!problem.empty() && isWork(i))
      left.push_back(primitiveOf(nodes[i])->name() + "\t" + problem);
    return problem.empty();
  }

  std::string problemOf(size_t i) {
    const CNodePtr &node = nodes[i];
    const abstract::AbstractBasePtr &result = node->abstract();
    if (result && result->isa<abstract::AbstractTuple>()) {
      for (const auto &[user, at] : manager->node_users()[node]) {
        auto item = user->isa<CNode>() ? primitiveOf(user->cast<CNodePtr>()) : nullptr;
        if (!item || item->name() != "TupleGetItem" || user->func_graph() != node->func_graph() ||
            GetValue<int64_t>(GetValueNode(user->cast<CNodePtr>()->input(2))) != 0)
          return "more than its first result is used";
      }
      if (std::string problem = wasmind::problemOf(result->cast<abstract::AbstractTuplePtr>()->elements()[0]);
          !problem.empty())
        return problem;
      // In training it writes its statistics.
      if (primitiveOf(node)->name() == "BatchNorm" && !isFalse(node->input(6)))
        return "it is in training";
    } else if (std::string problem = wasmind::problemOf(result); !problem.empty()) {
      return problem;
    } else if (result->isa<abstract::AbstractRefTensor>()) {
      return "its result is a view of a parameter";
    }
    for (size_t at = 1; at < node->size(); ++at) {
      const AnfNodePtr &input = node->input(at);
      if (isConstant(input) && !isMonad(input))
        continue;
      if (std::string problem = wasmind::problemOf(input->abstract()); !problem.empty())
        return problem;
      if (!input->isa<ValueNode>() && input->func_graph() != node->func_graph())
        return "an operand is of another graph";
    }
    // What does not fit an integer is converted by each machine in its way.
    if (primitiveOf(node)->name() == "Cast" && isFloat(typeOf(node->input(1)->abstract())) && !isFloat(typeOf(result)))
      return "it converts floats to integers";
    return "";
  }

  static bool isFalse(const AnfNodePtr &node) {
    auto value = node->isa<ValueNode>() ? GetValueNode(node) : nullptr;
    return value && value->isa<BoolImm>() && !GetValue<bool>(value);
  }

  /// Gives a node to the chains of its operands, which become one where they may, or to a new one.
  void place(size_t i) {
    size_t mine = members.size();
    members.push_back({i});
    chain[i] = mine;
    if (isHead(i))
      return;
    for (size_t at = 1; at < nodes[i]->size(); ++at) {
      auto found = index.find(nodes[i]->input(at));
      if (found == index.end() || chain[found->second] == nowhere || chain[found->second] == mine)
        continue;
      size_t other = chain[found->second];
      // The node of a tuple has no user but its first result, and so no chain of its own would do.
      if (!isFirst(i) && (headCount(mine) + headCount(other) > 1 || leavesAndReturns(mine, other)))
        continue;
      for (size_t each : members[other])
        chain[each] = mine;
      members[mine].insert(members[mine].end(), members[other].begin(), members[other].end());
      std::sort(members[mine].begin(), members[mine].end());
      members[other].clear();
    }
  }

  size_t headCount(size_t which) const {
    return std::count_if(members[which].begin(), members[which].end(), [&](size_t i) { return isHead(i); });
  }

  /// Whether a path begins in one of two chains, passes outside of both, and ends in one.
  bool leavesAndReturns(size_t one, size_t other) {
    auto isInside = [&](size_t i) { return chain[i] == one || chain[i] == other; };
    const size_t end = firstOf(one, other);
    std::vector<size_t> open;
    ++round;
    auto look = [&](size_t i, bool isStart) {
      bool isFound = false;
      for (const AnfNodePtr &input : nodes[i]->inputs())
        if (auto at = index.find(input); at != index.end() && at->second >= end) {
          isFound |= !isStart && isInside(at->second);
          if (!isInside(at->second) && std::exchange(seen[at->second], round) != round)
            open.push_back(at->second);
        }
      return isFound;
    };
    for (size_t which : {one, other})
      for (size_t i : members[which])
        look(i, true);
    while (!open.empty()) {
      const size_t i = open.back();
      open.pop_back();
      if (chain[i] == nowhere ? look(i, false)
                              : std::any_of(members[chain[i]].begin(), members[chain[i]].end(),
                                            [&](size_t each) { return look(each, false); }))
        return true;
    }
    return false;
  }

  /// A node before which nothing depends on either chain: no other chain has members on both sides.
  size_t firstOf(size_t one, size_t other) const {
    size_t first = std::min(members[one].front(), members[other].front());
    for (bool isLower = true; isLower;) {
      isLower = false;
      for (const std::vector<size_t> &each : members)
        if (!each.empty() && each.front() < first && each.back() >= first) {
          first = each.front();
          isLower = true;
        }
    }
    return first;
  }

  Ported port(const std::vector<size_t> &which) {
    Ported ported;
    auto graph = std::make_shared<FuncGraph>();
    std::map<AnfNodePtr, AnfNodePtr> made;
    for (size_t i : which) {
      const CNodePtr &node = nodes[i];
      AnfNodePtrList operands{NewValueNode(GetValueNode(node->input(0)))};
      for (size_t at = 1; at < node->size(); ++at) {
        const AnfNodePtr &input = node->input(at);
        AnfNodePtr &operand = made[input];
        if (!operand && isConstant(input)) {
          operand = constant(GetValueNode(input));
        } else if (!operand) {
          auto parameter = graph->add_parameter();
          parameter->set_name("x" + std::to_string(ported.inputs.size()));
          parameter->set_abstract(tensorLike(input->abstract()));
          ported.inputs.push_back(input);
          operand = parameter;
        }
        operands.push_back(operand);
      }
      auto copy = graph->NewCNode(operands);
      copy->set_abstract(node->abstract());
      made[node] = copy;
      if (isWork(i))
        ported.name += (ported.name.empty() ? "" : " ") + primitiveOf(node)->name();
    }
    AnfNodePtrList results{NewValueNode(std::make_shared<Primitive>("MakeTuple"))};
    abstract::AbstractBasePtrList kinds;
    for (size_t i : which) {
      const auto &users = manager->node_users()[nodes[i]];
      if (std::none_of(users.begin(), users.end(), [&](const auto &user) {
            auto found = index.find(user.first);
            return found == index.end() || chain[found->second] != chain[i];
          }))
        continue;
      ported.outputs.push_back(nodes[i]);
      results.push_back(made[nodes[i]]);
      kinds.push_back(tensorLike(nodes[i]->abstract()));
    }
    if (kinds.size() == 1) {
      graph->set_output(results[1]);
    } else {
      auto tuple = graph->NewCNode(results);
      tuple->set_abstract(std::make_shared<abstract::AbstractTuple>(kinds));
      graph->set_output(tuple);
    }
    ported.bytes = GetBinaryProtoString(graph, false);
    return ported;
  }

  /// The attributes are those of `Kernel` in node.py.
  void put(const Ported &ported, const std::string &module) {
    const CNodePtr last = ported.outputs.back()->cast<CNodePtr>();
    const bool isTuple = ported.outputs.size() > 1;
    const std::string function = settings.kernels + (isTuple ? ":Many" : ":One");
    auto primitive = std::make_shared<Primitive>("Custom");
    for (const auto &[name, text] : std::map<std::string, std::string>{{"func_name", function},
                                                                       {"uniq_name", "Custom_" + function},
                                                                       {"imply_path", ""},
                                                                       {"func_type", "aot"},
                                                                       {"primitive_target", "CPU"},
                                                                       {"reg_op_name", ported.name},
                                                                       {"wasmind_function", ported.name},
                                                                       {"wasmind_module", module}})
      primitive->AddAttr(name, MakeValue(text));
    for (const auto &[name, value] : std::map<std::string, bool>{
             {"cpp_infer_shape", true}, {"cpp_infer_type", true}, {"multi_output", isTuple}, {"autodiff", false}})
      primitive->AddAttr(name, MakeValue(value));
    AnfNodePtrList operands{NewValueNode(primitive)};
    for (const AnfNodePtr &input : ported.inputs) {
      auto found = replaced.find(input);
      operands.push_back(found == replaced.end() ? input : found->second);
    }
    const FuncGraphPtr graph = last->func_graph();
    auto node = graph->NewCNode(operands);
    node->set_scope(last->scope());
    node->set_debug_info(last->debug_info());
    if (!isTuple) {
      node->set_abstract(tensorLike(last->abstract()));
      exchange(last, node);
      return;
    }
    abstract::AbstractBasePtrList kinds;
    for (const AnfNodePtr &output : ported.outputs)
      kinds.push_back(tensorLike(output->abstract()));
    node->set_abstract(std::make_shared<abstract::AbstractTuple>(kinds));
    for (size_t i = 0; i < kinds.size(); ++i) {
      auto item = graph->NewCNode({NewValueNode(std::make_shared<Primitive>("TupleGetItem")), node,
                                   constant(MakeValue<int64_t>(static_cast<int64_t>(i)))});
      item->set_abstract(kinds[i]);
      item->set_scope(last->scope());
      exchange(ported.outputs[i], item);
    }
  }

  void exchange(const AnfNodePtr &old, const AnfNodePtr &made) {
    manager->Replace(old, made);
    replaced[old] = made;
  }

  const Settings &settings;
  FuncGraphManagerPtr manager;
  std::vector<CNodePtr> nodes; // operands before their users
  std::unordered_map<AnfNodePtr, size_t> index;
  std::vector<size_t> chain;                // of each node
  std::vector<std::vector<size_t>> members; // of each chain, in order
  std::vector<uint64_t> seen;               // in which round of leavesAndReturns
  uint64_t round = 0;
  std::map<AnfNodePtr, AnfNodePtr> replaced;
  std::vector<std::string> left;
};

class FuseChains : public opt::Pass {
public:
  FuseChains() : Pass("FuseChains") {}
  bool Run(const FuncGraphPtr &root) override {
    const std::string &phase = PhaseManager::GetInstance().phase();
    const Settings settings = current();
    // A file is for any machine, and other backends know no such nodes.
    if (settings.roles.empty() || phase.rfind("export", 0) == 0 ||
        PhaseManager::GetInstance().GetJitBackend() == "wasm")
      return false;
    if (phase.find(".grad.") == std::string::npos)
      return Chains(root, settings).replace();
    settings.receiver(0, nullptr, nullptr, nullptr, "graph\tits gradient is taken from outside of it, in PyNative mode",
                      nullptr, 0);
    return false;
  }
};

class Plugin : public opt::CustomPassPlugin {
public:
  std::string GetPluginName() const override { return "wasmind"; }
  std::vector<std::string> GetAvailablePassNames() const override { return {"FuseChains"}; }
  std::shared_ptr<opt::Pass> CreatePass(const std::string &) const override { return std::make_shared<FuseChains>(); }
};

} // namespace wasmind

#pragma GCC visibility push(default)
EXPORT_CUSTOM_PASS_PLUGIN(wasmind::Plugin)

/// From now on: primitives and their roles; count 0 ends fusing. path: of what Fused.cpp became.
extern "C" void wasmind_chains_choose(int32_t count, const char *const *names, const int32_t *roles,
                                      wasmind::Receiver receiver, const char *path) {
  std::lock_guard lock(wasmind::mutex);
  wasmind::settings = {{}, receiver, path};
  for (int32_t i = 0; i < count; ++i)
    wasmind::settings.roles[names[i]] = static_cast<wasmind::Role>(roles[i]);
}
#pragma GCC visibility pop
