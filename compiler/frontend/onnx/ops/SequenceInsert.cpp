#include "compiler/frontend/onnx/Sequences.h"

WASMIND_ONNX_OPERATOR(SequenceInsert) {
  Compose &compose = node.compose();
  auto sequence = node.sequence(0);
  Value tensor = node.input(1);
  if (!sequence || !tensor)
    return Failure();
  auto &tensors = sequence->tensors;
  if (sequence->element && sequence->element != compose.elementOf(tensor))
    return node.fail("inserts " + node.text(tensor.getType()) + " into a sequence of other elements");
  sequence->element = compose.elementOf(tensor);
  // The place behind the last is one, too; negative positions count from the end without it.
  const int64_t count = tensors.size();
  auto position = positionOf(node, 2, count, count + 1);
  if (!position)
    return Failure();
  if (!position->computed || tensors.empty()) {
    tensors.insert(tensors.begin() + position->known, tensor);
    return *sequence;
  }
  // Place i takes what stood there, the new tensor, or what stood before.
  llvm::SmallVector<Value> all(tensors);
  all.push_back(tensor);
  Value stacked = stack(node, all, 2);
  if (!stacked)
    return Failure();
  Sequence result{{}, sequence->element};
  auto at = [&](int64_t i) { return compose.scalar(compose.getI64Type(), i); };
  for (int64_t i = 0; i <= count; ++i) {
    Value source = compose.select(compose.compare(CompareKind::Equal, position->computed, at(i)), at(count), at(i - 1));
    if (i < count)
      source = compose.select(compose.compare(CompareKind::Greater, position->computed, at(i)), at(i), source);
    result.tensors.push_back(compose.gather(stacked, source, 0));
  }
  return result;
}
