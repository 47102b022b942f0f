//===- UnstackExt.cpp - UnstackExt(x, dim): the slices along one dimension ----------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand UnstackExt(Node &node) { return unstack(node, "dim"); }

} // namespace wasmind::mindir::ops
