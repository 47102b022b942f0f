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
  const StringRef whole = primitive;
  if (!primitive.consume_front("Inplace"))
    return StringSwitch<StringRef>(primitive)
        .Case("InnerInplaceIndexPut", "InplaceIndexPut")
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
      .Cases({"FillScalar", "FillTensor"}, "Fills")
      .Case("MaskedFillTensor", "MaskedFill")
      .Case("ScatterAdd", "ScatterAddExt")
      .Cases({"ScatterSrc", "ScatterSrcReduce"}, "Scatter")
      .Case("ScatterValueReduce", "ScatterValue")
      .Case("Zero", "ZerosLike")
      // There is none that gives a new tensor, or it takes its inputs in another order.
      .Cases({"Addr", "Copy", "IndexCopy", "IndexPut", "Put"}, whole)
      // These give a new tensor.
      .Cases({"Add", "Sub", "Update", "UpdateV2"}, "")
      .Default(primitive);
}

const void *identityOf(const Operand &tensor) {
  return tensor.is(Kind::Tensor) ? tensor.tensor.getAsOpaquePointer() : tensor.proto;
}

/// The name whose memory another stands for, its own if no other's, and whether it is a view of that.
static std::pair<StringRef, bool> rootOf(const Frame &frame, StringRef name) {
  auto shared = frame.shares.find(name);
  return shared == frame.shares.end() ? std::pair(name, false) : shared->second;
}

void Importer::noteSharing(StringRef primitive, const NodeProto &node, Frame &frame) {
  const bool isView = primitive.ends_with("View");
  if (node.inputs.empty() || (!isView && primitive != "Load" && primitive != "Depend"))
    return;
  auto [root, isViewAlready] = rootOf(frame, node.inputs.front());
  if (root != node.outputs.front())
    frame.shares[node.outputs.front()] = {root, isView || isViewAlready};
}

Error Importer::overwrite(const NodeProto &node, const Operand &result, Frame &frame) {
  if (node.inputs.empty())
    return createStringError("changes nothing: it has no inputs");
  auto [root, isView] = rootOf(frame, node.inputs.front());
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
      any_of(frame.function->inputs, [name = root](const ValueInfoProto &input) { return input.name == name; });
  if (isParameter && frame.function != &*model.graph)
    overwritten.try_emplace(identityOf(changed->second), nameOf(node));
  changed->second = result;
  for (const auto &entry : frame.shares)
    if (entry.second.first == root && frame.values.contains(entry.first()))
      frame.values[entry.first()] =
          entry.second.second ? Operand::unavailable("a view of a tensor that is changed in place") : result;
  return Error::success();
}

} // namespace wasmind::mindir
