//===- Dropout2D.cpp - Dropout2D(x): (x with channels dropped, mask) ----------------------------------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand Dropout2D(Node &node) { return dropChannels(node); }

} // namespace wasmind::mindir::ops
