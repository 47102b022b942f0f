//===- Conv2DBackpropInput.cpp - Conv2DBackpropInput(gradient, w, size): Conv2DTranspose by its older name -------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Conv2DBackpropInput(Node &node) { return ops::Conv2DTranspose(node); }

} // namespace wasmind::mindir::ops
