#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(CumSum) {
  Value x = node.input(0);
  auto axis = node.constantInteger(1, "axis");
  auto dim = axis ? node.axis(*axis, node.rank(x)) : std::nullopt;
  if (!dim)
    return Failure();
  return graph::ScanOp::create(node.compose(), node.compose().getLoc(), ReduceKind::Sum, x, *dim,
                               node.flag("exclusive"), node.flag("reverse"))
      .getResult();
}
