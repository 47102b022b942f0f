//===- AdaptiveAvgPool3D.cpp - AdaptiveAvgPool3D(x [..., C, D, H, W]), attribute output_size ---------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand AdaptiveAvgPool3D(Node &node) { return adaptiveAveragePool(node, Node::none, 3); }

} // namespace wasmind::mindir::ops
