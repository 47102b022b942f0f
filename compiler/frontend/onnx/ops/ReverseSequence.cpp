#include "compiler/frontend/onnx/Operator.h"

// Along time_axis the first lengths[b] elements of batch b in reverse, the others as they are.
WASMIND_ONNX_OPERATOR(ReverseSequence) {
  Compose &compose = node.compose();
  Value x = node.input(0), lengths = node.input(1);
  const int64_t rank = node.rank(x);
  auto time = node.axisAttribute("time_axis", 0, rank), batch = node.axisAttribute("batch_axis", 1, rank);
  if (!time || !batch)
    return Failure();
  if (*time == *batch || node.rank(lengths) != 1)
    return node.fail("the axes must differ and sequence_lens must be a vector");
  return compose.reverseSequence(x, lengths, *time, *batch);
}
