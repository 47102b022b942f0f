//===- CopyToHost.cpp - CopyToHost(x): x, as there is one device and no gradient ---------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand CopyToHost(Node &node) { return ops::Identity(node); }

} // namespace wasmind::mindir::ops
