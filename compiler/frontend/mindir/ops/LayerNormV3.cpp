//===- LayerNormV3.cpp - LayerNormV3(x, gamma, beta, begin_norm_axis, begin_params_axis, epsilon) -----------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand LayerNormV3(Node &node) { return ops::LayerNorm(node); }

} // namespace wasmind::mindir::ops
