//===- StandardLaplace.cpp - StandardLaplace(shape): numbers of density e^-|x| / 2 --------------------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

// The size is -log of a number in (0, 1], the sign a bit of another word.
Operand StandardLaplace(Node &node) {
  return drawShape(node, [&](graph::Draw &draw, Type type) {
    Compose &b = node.compose;
    Value uniform = draw.uniform(type);
    Value size = b.unary(UnaryKind::Log, b.sub(b.scalarLike(uniform, 1), uniform));
    Value bit = b.binary(BinaryKind::ShiftRight, draw.word(2), b.scalarLike(draw.word(2), 31));
    Value isPositive = b.compare(CompareKind::Equal, bit, b.scalarLike(bit, 0));
    return b.select(isPositive, b.unary(UnaryKind::Neg, size), size);
  });
}

} // namespace wasmind::mindir::ops
