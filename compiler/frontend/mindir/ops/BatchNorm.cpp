//===- BatchNorm.cpp - BatchNorm(x, scale, bias, mean, variance, is_training, epsilon, momentum, data_format) -----===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand BatchNorm(Node &node) {
  Value x = node.tensor(0), scale = node.tensor(1), bias = node.tensor(2), mean = node.tensor(3),
        variance = node.tensor(4);
  bool training = node.flag("is_training", 5, false);
  double epsilon = node.number("epsilon", 6, 1e-5);
  expectChannelsFirst(node, "format", 8);
  if (training)
    return node.fail("is in training mode; call net.set_train(False) before export");
  if (node.failed())
    return {};
  return Operand::tuple({node.compose.batchNorm(x, scale, bias, mean, variance, epsilon), scale, bias, mean, variance});
}

} // namespace wasmind::mindir::ops
