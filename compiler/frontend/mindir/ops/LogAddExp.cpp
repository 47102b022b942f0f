//===- LogAddExp.cpp - LogAddExp(x, y): log(exp(x) + exp(y)) ----------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand LogAddExp(Node &node) { return logOfSum(node, 1); }

} // namespace wasmind::mindir::ops
