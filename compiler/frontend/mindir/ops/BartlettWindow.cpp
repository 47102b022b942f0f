//===- BartlettWindow.cpp - BartlettWindow(length), attributes periodic, dtype -----------------------------------===//
#include "compiler/frontend/mindir/Fill.h"

namespace wasmind::mindir::ops {

Operand BartlettWindow(Node &node) { return window(node, Window::Bartlett); }

} // namespace wasmind::mindir::ops
