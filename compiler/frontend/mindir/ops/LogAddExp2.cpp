//===- LogAddExp2.cpp - LogAddExp2(x, y): log2(2^x + 2^y) -------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"
#include <numbers>

namespace wasmind::mindir::ops {

Operand LogAddExp2(Node &node) { return logOfSum(node, std::numbers::ln2); }

} // namespace wasmind::mindir::ops
