//===- BlackmanWindow.cpp - BlackmanWindow(length), attributes periodic, dtype -----------------------------------===//
#include "compiler/frontend/mindir/Fill.h"

namespace wasmind::mindir::ops {

Operand BlackmanWindow(Node &node) { return window(node, Window::Blackman); }

} // namespace wasmind::mindir::ops
