#include "compiler/frontend/onnx/Sequences.h"

WASMIND_ONNX_OPERATOR(SequenceAt) {
  if (const Datum given = node.datum(0); given.parts())
    return partAt(node, *given.parts(), 1);
  auto sequence = node.sequence(0);
  if (!sequence)
    return Failure();
  auto position = positionOf(node, 1, sequence->tensors.size(), sequence->tensors.size());
  if (!position)
    return Failure();
  if (!position->computed)
    return sequence->tensors[position->known];
  if (sequence->tensors.empty())
    return node.fail("reads from an empty sequence");
  Value stacked = stack(node, sequence->tensors, 1);
  return stacked ? Results(node.compose().gather(stacked, position->computed, 0)) : Failure();
}
