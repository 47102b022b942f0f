#include "compiler/loops/Steps.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {
namespace {

void addNodes(abi::Step &step, llvm::SetVector<StringAttr> nodes) {
  for (StringAttr node : nodes)
    step.nodes.push_back(node.str());
}

/// The named extents in the types of tensors.
void addDims(abi::Step &step, const Kernels &kernels, ArrayRef<Type> tensors) {
  llvm::SmallSetVector<unsigned, 4> positions;
  for (Type tensor : tensors)
    for (AffineExpr extent : getExtents(tensor))
      extent.walk([&](AffineExpr each) {
        if (auto symbol = dyn_cast<AffineSymbolExpr>(each))
          positions.insert(symbol.getPosition());
      });
  for (unsigned position : positions)
    step.dims.push_back(kernels.dims[position].name);
}

} // namespace

abi::Step stepOf(const Kernels &kernels, const Group &group, const KernelRecord &kernel) {
  abi::Step step{kernel.name, kernel.kind, kernel.strategy, kernel.tile, kernel.shape};
  step.flops = kernel.flops;
  step.bytes = kernel.bytes;
  llvm::SetVector<StringAttr> nodes;
  SmallVector<Type> tensors;
  for (Operation *member : group.members) {
    appendNodes(member->getLoc(), nodes);
    llvm::append_range(tensors, member->getOperandTypes());
    llvm::append_range(tensors, member->getResultTypes());
  }
  addNodes(step, std::move(nodes));
  addDims(step, kernels, tensors);
  return step;
}

abi::Step copyStep(const Kernels &kernels, Location location, RankedTensorType tensor) {
  abi::Step step = plainStep("copy", location);
  step.bytes = 2 * kernels.boundedElements(tensor) * byteWidth(tensor.getElementType());
  addDims(step, kernels, Type(tensor));
  return step;
}

abi::Step plainStep(StringRef kind, std::optional<Location> location) {
  abi::Step step;
  step.kind = kind.str();
  llvm::SetVector<StringAttr> nodes;
  if (location)
    appendNodes(*location, nodes);
  addNodes(step, std::move(nodes));
  return step;
}

abi::Step prepareStep(const Kernels &kernels) {
  abi::Step step = plainStep("prepare");
  llvm::SetVector<StringAttr> nodes;
  for (const Preparation &each : kernels.preparations)
    appendNodes(each.location, nodes);
  addNodes(step, std::move(nodes));
  step.bytes = kernels.preparedBytes;
  return step;
}

size_t closing(ArrayRef<KernelCall> calls, size_t begin, KernelCall::Form form) {
  for (size_t at = begin, depth = 0;; ++at) {
    const KernelCall::Form each = calls[at].form;
    if (each == form && depth == 1)
      return at;
    depth += each == KernelCall::Form::Loop || each == KernelCall::Form::Then;
    depth -= each == KernelCall::Form::End;
  }
}

size_t after(ArrayRef<KernelCall> calls, size_t at) {
  const KernelCall::Form form = calls[at].form;
  const bool opens = form == KernelCall::Form::Loop || form == KernelCall::Form::Then;
  return (opens ? closing(calls, at, KernelCall::Form::End) : at) + 1;
}

std::vector<abi::Step> stepsOf(ArrayRef<KernelCall> calls) {
  std::vector<abi::Step> steps;
  for (size_t at = 0; at < calls.size(); at = after(calls, at)) {
    steps.push_back(calls[at].step);
    abi::Step &whole = steps.back();
    llvm::StringSet<> nodes;
    for (const std::string &node : whole.nodes)
      nodes.insert(node);
    size_t kernels = 0;
    for (const KernelCall &inside : calls.slice(at + 1, after(calls, at) - at - 1)) {
      kernels += inside.form == KernelCall::Form::Call;
      for (const std::string &node : inside.step.nodes)
        if (nodes.insert(node).second)
          whole.nodes.push_back(node);
    }
    if (after(calls, at) != at + 1)
      whole.shape = std::to_string(kernels) + " kernels inside";
  }
  return steps;
}

} // namespace wasmind::loops
