//===- shape_mul.cpp - shape_mul(tuple of numbers): their product ------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand shape_mul(Node &node) {
  AffineExpr product = node.compose.getAffineConstantExpr(1);
  for (AffineExpr extent : node.expressions("", 0))
    product = product * extent;
  return node.failed() ? Operand() : Operand::extent(product);
}

} // namespace wasmind::mindir::ops
