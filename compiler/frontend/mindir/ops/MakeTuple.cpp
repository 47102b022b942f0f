//===- MakeTuple.cpp - MakeTuple(...) -----------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand MakeTuple(Node &node) {
  llvm::SmallVector<Operand> elements;
  for (unsigned i = 0; i < node.inputCount(); ++i)
    elements.push_back(node.input(i));
  return Operand::sequence(elements);
}

} // namespace wasmind::mindir::ops
