#include "compiler/frontend/onnx/Axes.h"

WASMIND_ONNX_OPERATOR(CumProd) {
  Value x = node.input(0);
  return chooseByAxis(node, 1, node.rank(x), [&](int64_t dim) -> Value {
    return graph::ScanOp::create(node.compose(), node.compose().getLoc(), ReduceKind::Prod, x, dim,
                                 node.flag("exclusive"), node.flag("reverse"));
  });
}
