//===- CopyToDevice.cpp - CopyToDevice(x): x, as there is one device and no gradient -----------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand CopyToDevice(Node &node) { return ops::Identity(node); }

} // namespace wasmind::mindir::ops
