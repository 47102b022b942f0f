//===- ScalarCast.cpp - ScalarCast(number, dtype): a number -------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand ScalarCast(Node &node) {
  const Operand &x = node.input(0);
  Type type = node.dtype("dtype", 1);
  if (node.failed() || !type)
    return node.fail("has no dtype");
  bool toFloat = mlir::isa<mlir::FloatType>(type);
  if (x.is(Operand::Kind::Integer) || x.is(Operand::Kind::Boolean))
    return toFloat             ? Operand::number(static_cast<double>(x.integerValue))
           : type.isInteger(1) ? Operand::boolean(x.integerValue != 0)
                               : Operand::integer(x.integerValue);
  if (x.is(Operand::Kind::Number) && toFloat)
    return x;
  if (x.is(Operand::Kind::Extent) && !toFloat)
    return x;
  return node.fail("this conversion of " + x.kindName() + " is not supported; make it a Tensor");
}

} // namespace wasmind::mindir::ops
