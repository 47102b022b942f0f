//===- HammingWindow.cpp - HammingWindow(length), attributes periodic, alpha, beta, dtype ------------------------===//
#include "compiler/frontend/mindir/Fill.h"

namespace wasmind::mindir::ops {

Operand HammingWindow(Node &node) { return window(node, Window::Hamming); }

} // namespace wasmind::mindir::ops
