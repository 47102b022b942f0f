#include "compiler/frontend/onnx/Sequences.h"

WASMIND_ONNX_OPERATOR(SequenceLength) {
  if (const Datum given = node.datum(0); given.parts()) {
    const AffineExpr count = countOf(node, *given.parts());
    return count ? Results(node.compose().extent(count)) : Failure();
  }
  auto sequence = node.sequence(0);
  if (!sequence)
    return Failure();
  return node.compose().scalar(node.compose().getI64Type(), sequence->tensors.size());
}
