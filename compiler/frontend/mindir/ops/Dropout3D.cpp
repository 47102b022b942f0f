//===- Dropout3D.cpp - Dropout3D(x): (x with channels dropped, mask) ----------------------------------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand Dropout3D(Node &node) { return dropChannels(node); }

} // namespace wasmind::mindir::ops
