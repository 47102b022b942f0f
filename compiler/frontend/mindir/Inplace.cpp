//===- Inplace.cpp - primitives that change a tensor -------------------------------------------------------------===//
//
// `y += x` is InplaceAddExt(y, x): its result is the memory of y, which holds the sum from then on. Tensors of a graph
// do not change, so it is read as AddExt, and the names that stand for that memory get the result: y, and what Load and
// Depend gave of it. Nodes stand in the order that monads give them, so who reads y further on reads the new value.
// What cannot be told so is refused: views, and memory that belongs to a weight or to the function around.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Importer.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
namespace wasmind::mindir {
using Kind = Operand::Kind;

StringRef functionalName(StringRef primitive) {
  if (!primitive.consume_front("Inplace"))
    return StringSwitch<StringRef>(primitive)
        .Case("ScatterNdAdd", "TensorScatterAdd")
        .Case("ScatterNdDiv", "TensorScatterDiv")
        .Case("ScatterNdMax", "TensorScatterMax")
        .Case("ScatterNdMin", "TensorScatterMin")
        .Case("ScatterNdMul", "TensorScatterMul")
        .Case("ScatterNdSub", "TensorScatterSub")
        .Case("ScatterNdUpdate", "TensorScatterUpdate")
        .Default("");
  return StringSwitch<StringRef>(primitive)
      .Case("AddsExt", "AddScalar")
      .Case("FloorDivide", "FloorDiv")
      .Case("FloorDivides", "FloorDivScalar")
      // Other things that share a name.
      .Cases({"Add", "Sub", "Copy", "Update", "UpdateV2", "IndexAdd"}, "")
      .Default(primitive);
}

const void *identityOf(const Operand &tensor) {
  return tensor.is(Kind::Tensor) ? tensor.tensor.getAsOpaquePointer() : tensor.proto;
}

void Importer::noteSharing(StringRef primitive, const NodeProto &node, Frame &frame) {
  if (node.inputs.empty())
    return;
  const bool isView = primitive.ends_with("View");
  if (isView || primitive == "Load" || primitive == "Depend")
    frame.shares[node.outputs.front()] = {node.inputs.front(), isView};
}

Error Importer::overwrite(const NodeProto &node, const Operand &result, Frame &frame) {
  auto rootOf = [&](StringRef name, bool &isView) {
    for (auto shared = frame.shares.find(name); shared != frame.shares.end(); shared = frame.shares.find(name)) {
      isView |= shared->second.second;
      name = shared->second.first;
    }
    return name;
  };
  bool isView = false;
  const StringRef root = rootOf(node.inputs.front(), isView);
  if (isView)
    return createStringError("changes a view of another tensor; write y = y + x for y += x there");
  auto changed = frame.values.find(root);
  const TensorProto *proto = changed == frame.values.end() ? nullptr : changed->second.proto;
  const bool isWeight = proto && weights.lookup(proto->name) == proto;
  if (changed == frame.values.end() || !changed->second.isTensor() || isWeight)
    return createStringError(
        "changes a weight, or a tensor of the function around it; write y = y + x for y += x there");
  auto before = asTensor(changed->second);
  if (!before)
    return before.takeError();
  if (!result.is(Kind::Tensor) || result.tensor.getType() != before->getType())
    return createStringError("changes the type of its tensor");
  // Callers go on with what they passed; they must not read it again.
  const bool isParameter =
      any_of(frame.function->inputs, [&](const ValueInfoProto &input) { return input.name == root; });
  if (isParameter && frame.function != &*model.graph)
    overwritten.try_emplace(identityOf(changed->second), nameOf(node));
  changed->second = result;
  for (const auto &entry : frame.shares) {
    bool seenThroughView = false;
    if (rootOf(entry.first(), seenThroughView) == root && frame.values.contains(entry.first()))
      frame.values[entry.first()] =
          seenThroughView ? Operand::unavailable("a view of a tensor that is changed in place") : result;
  }
  return Error::success();
}

} // namespace wasmind::mindir
