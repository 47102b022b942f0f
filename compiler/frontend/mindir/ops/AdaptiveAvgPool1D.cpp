//===- AdaptiveAvgPool1D.cpp - AdaptiveAvgPool1D(x [N, C, L], output_size) --------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand AdaptiveAvgPool1D(Node &node) { return adaptiveAveragePool(node, 1, 1); }

} // namespace wasmind::mindir::ops
