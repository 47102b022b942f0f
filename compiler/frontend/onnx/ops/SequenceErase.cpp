#include "compiler/frontend/onnx/Sequences.h"

WASMIND_ONNX_OPERATOR(SequenceErase) {
  Compose &compose = node.compose();
  auto sequence = node.sequence(0);
  if (!sequence)
    return Failure();
  auto &tensors = sequence->tensors;
  if (tensors.empty())
    return node.fail("erases from an empty sequence");
  auto position = positionOf(node, 1, tensors.size(), tensors.size());
  if (!position)
    return Failure();
  if (!position->computed || tensors.size() == 1) {
    tensors.erase(tensors.begin() + position->known);
    return *sequence;
  }
  Value stacked = stack(node, tensors, 1);
  if (!stacked)
    return Failure();
  Sequence result{{}, sequence->element};
  auto at = [&](int64_t i) { return compose.scalar(compose.getI64Type(), i); };
  for (size_t i = 0; i + 1 < tensors.size(); ++i) {
    Value stays = compose.compare(CompareKind::Greater, position->computed, at(i));
    result.tensors.push_back(compose.gather(stacked, compose.select(stays, at(i), at(i + 1)), 0));
  }
  return result;
}
