//===- AdaptiveAvgPool2DExt.cpp - AdaptiveAvgPool2DExt(x [N, C, H, W], output_size) -------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand AdaptiveAvgPool2DExt(Node &node) { return adaptiveAveragePool(node, 1); }

} // namespace wasmind::mindir::ops
