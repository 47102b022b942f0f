#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(SequenceConstruct) {
  Sequence sequence{node.inputs(), {}};
  sequence.element = node.compose().elementOf(sequence.tensors.front());
  for (Value tensor : sequence.tensors)
    if (node.compose().elementOf(tensor) != sequence.element)
      return node.fail("its tensors " + node.text(sequence.tensors.front().getType()) + " and " +
                       node.text(tensor.getType()) + " have different element types");
  return sequence;
}
