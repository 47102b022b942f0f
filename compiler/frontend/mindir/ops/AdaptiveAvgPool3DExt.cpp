//===- AdaptiveAvgPool3DExt.cpp - AdaptiveAvgPool3DExt(x [..., C, D, H, W], output_size) -------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand AdaptiveAvgPool3DExt(Node &node) { return adaptiveAveragePool(node, 1, 3); }

} // namespace wasmind::mindir::ops
