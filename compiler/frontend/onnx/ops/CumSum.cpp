#include "compiler/frontend/onnx/Axes.h"

WASMIND_ONNX_OPERATOR(CumSum) {
  Value x = node.input(0);
  return chooseByAxis(node, 1, node.rank(x), [&](int64_t dim) -> Value {
    return graph::ScanOp::create(node.compose(), node.compose().getLoc(), ReduceKind::Sum, x, dim,
                                 node.flag("exclusive"), node.flag("reverse"));
  });
}
