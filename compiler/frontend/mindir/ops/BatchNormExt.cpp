//===- BatchNormExt.cpp - BatchNormExt(x, weight, bias, running_mean, running_var, training, momentum, eps) -------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand BatchNormExt(Node &node) {
  Value x = node.tensor(0), scale = node.optionalTensor(1), bias = node.optionalTensor(2), mean = node.tensor(3),
        variance = node.tensor(4);
  bool training = node.flag("training", 5, false);
  double epsilon = node.number("epsilon", 7, 1e-5);
  if (training)
    return node.fail("is in training mode; call net.set_train(False) before export");
  if (node.failed())
    return {};
  if (!scale)
    scale = node.compose.splat(node.compose.extentsOf(mean), node.element(mean), 1);
  if (!bias)
    bias = node.compose.splat(node.compose.extentsOf(mean), node.element(mean), 0);
  return Operand::tuple({node.compose.batchNorm(x, scale, bias, mean, variance, epsilon),
                         Operand::unavailable("the batch's mean"), Operand::unavailable("the batch's deviation")});
}

} // namespace wasmind::mindir::ops
