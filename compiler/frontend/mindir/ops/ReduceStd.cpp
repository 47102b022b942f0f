//===- ReduceStd.cpp - ReduceStd(x, axis: tuple, unbiased, keep_dims): deviation and mean -------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand ReduceStd(Node &node) {
  Reduction parts = reductionOf(node, Type(), /*keepDimsAt=*/3);
  bool unbiased = node.flag("unbiased", 2, true);
  return node.failed() ? Operand()
                       : Operand::tuple({deviation(node, parts, unbiased ? 1 : 0, true), mean(node, parts)});
}

} // namespace wasmind::mindir::ops
