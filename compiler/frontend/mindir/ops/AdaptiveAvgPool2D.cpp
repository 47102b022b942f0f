//===- AdaptiveAvgPool2D.cpp - AdaptiveAvgPool2D(x [N, C, H, W], output_size) -------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand AdaptiveAvgPool2D(Node &node) { return adaptiveAveragePool(node, Node::none); }

} // namespace wasmind::mindir::ops
