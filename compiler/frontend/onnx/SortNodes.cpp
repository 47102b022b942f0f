//===- SortNodes.cpp - the nodes that are needed, in an order in which they can be imported -----------------------===//
//
// The specification wants nodes sorted; tools that edit graphs do not always keep to it. A sorted graph keeps its
// order.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/onnx/Importer.h"

namespace wasmind::onnx {
namespace {

// Names that a node reads: its inputs, and what its subgraphs read without defining it themselves.
void namesRead(const ::onnx::NodeProto &node, llvm::StringSet<> &names) {
  for (const std::string &input : node.input())
    if (!input.empty())
      names.insert(input);
  auto addGraph = [&](const ::onnx::GraphProto &graph) {
    llvm::StringSet<> read, defined;
    for (const auto &inner : graph.node()) {
      namesRead(inner, read);
      for (const std::string &output : inner.output())
        defined.insert(output);
    }
    for (const auto &input : graph.input())
      defined.insert(input.name());
    for (const auto &tensor : graph.initializer())
      defined.insert(tensor.name());
    for (const auto &tensor : graph.sparse_initializer())
      defined.insert(tensor.values().name());
    for (const auto &output : graph.output())
      read.insert(output.name());
    for (const auto &name : read.keys())
      if (!defined.contains(name))
        names.insert(name);
  };
  for (const auto &attribute : node.attribute()) {
    if (attribute.has_g())
      addGraph(attribute.g());
    for (const auto &graph : attribute.graphs())
      addGraph(graph);
  }
}

// One node while its producers are sorted before it.
struct Visit {
  unsigned node;
  unsigned next = 0; // of its producers
};

} // namespace

llvm::Expected<Importer::NodeList> Importer::sortNodes(const NodeList &nodes, const llvm::StringSet<> &wanted) {
  llvm::StringMap<unsigned> producers;
  for (auto [i, node] : llvm::enumerate(nodes))
    for (const std::string &output : node->output()) {
      if (output.empty())
        continue;
      if (scope->values.contains(output) || scope->initializers.contains(output))
        return error("the name '" + output + "' is defined twice");
      if (!producers.try_emplace(output, i).second)
        return error("the name '" + output + "' is defined twice: by nodes '" + titleOf(*nodes[producers[output]]) +
                     "' and '" + titleOf(*node) + "'");
    }

  // From what is wanted back to what it needs.
  std::vector<llvm::SmallVector<unsigned, 4>> sources(nodes.size());
  std::vector<bool> isNeeded(nodes.size());
  llvm::SmallVector<unsigned> pending;
  auto need = [&](llvm::StringRef name) {
    auto found = producers.find(name);
    if (found != producers.end() && !isNeeded[found->second]) {
      isNeeded[found->second] = true;
      pending.push_back(found->second);
    }
    return found;
  };
  for (const auto &name : wanted.keys())
    need(name);
  while (!pending.empty()) {
    const unsigned node = pending.pop_back_val();
    llvm::StringSet<> names;
    namesRead(*nodes[node], names);
    for (const auto &name : names.keys())
      if (auto found = need(name); found != producers.end())
        sources[node].push_back(found->second);
  }

  enum State : char { Unseen, Open, Done };
  std::vector<State> states(nodes.size(), Unseen);
  NodeList sorted;
  for (unsigned start = 0; start < nodes.size(); ++start) {
    if (!isNeeded[start] || states[start] != Unseen)
      continue;
    std::vector<Visit> path{{start}};
    states[start] = Open;
    while (!path.empty()) {
      Visit &visit = path.back();
      if (visit.next == sources[visit.node].size()) {
        states[visit.node] = Done;
        sorted.push_back(nodes[visit.node]);
        path.pop_back();
        continue;
      }
      const unsigned source = sources[visit.node][visit.next++];
      if (states[source] == Open) {
        const auto &node = *nodes[visit.node];
        auto first = llvm::find_if(path, [&](const Visit &open) { return open.node == source; });
        std::string cycle;
        for (const Visit &open : llvm::ArrayRef(path).take_back(path.end() - first).take_front(8))
          cycle += "'" + titleOf(*nodes[open.node]) + "' <- ";
        cycle += path.end() - first > 8 ? "..." : "'" + titleOf(*nodes[source]) + "'";
        return errorAt(node, opsetOf(node.domain()),
                       "reads a result of node '" + titleOf(*nodes[source]) + "', which depends on it: the cycle " +
                           cycle);
      }
      if (states[source] == Unseen) {
        states[source] = Open;
        path.push_back({source});
      }
    }
  }
  return sorted;
}

} // namespace wasmind::onnx
