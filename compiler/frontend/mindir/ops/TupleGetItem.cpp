//===- TupleGetItem.cpp - TupleGetItem(tuple, index) --------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand TupleGetItem(Node &node) {
  const Operand &tuple = node.input(0);
  int64_t index = node.integer("", 1);
  if (!node.failed() && !tuple.is(Operand::Kind::Sequence))
    return node.fail("input 0 is " + tuple.kindName() + ", a tuple is needed");
  if (node.failed())
    return {};
  int64_t count = tuple.elements().size();
  if (index < -count || index >= count)
    return node.fail("index " + llvm::Twine(index) + " is out of range for " + llvm::Twine(count) + " elements");
  return tuple.elements()[index < 0 ? index + count : index];
}

} // namespace wasmind::mindir::ops
