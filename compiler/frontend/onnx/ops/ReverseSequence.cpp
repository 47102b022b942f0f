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
  Extents extents = compose.extentsOf(x);
  Extents line(rank, compose.getAffineConstantExpr(1)), column = line;
  line[*time] = extents[*time];
  column[*batch] = compose.extentsOf(lengths)[0];
  Value position =
      graph::IotaOp::create(compose, compose.getLoc(), graph::makeTensorType(line, compose.getI64Type()), *time);
  Value length = compose.reshape(compose.cast(lengths, compose.getI64Type()), column);
  Value mirrored = compose.sub(compose.sub(length, compose.scalarLike(length, 1)), position);
  Value index = compose.select(compose.compare(CompareKind::Less, position, length), mirrored, position);
  return compose.gatherElements(x, compose.broadcastTo(index, extents), *time);
}
