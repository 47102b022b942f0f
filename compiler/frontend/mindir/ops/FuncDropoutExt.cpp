//===- FuncDropoutExt.cpp -----------------------------------------------------------------------------------------===//
//
// FuncDropoutExt(x, p, training, inplace, seed, offset): x with elements dropped
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand FuncDropoutExt(Node &node) {
  Value x = node.tensor(0);
  const bool isTraining = node.flag("training", 2, true);
  if (node.failed() || !isTraining)
    return x;
  return dropByGenerator(node, shapeOf(node, x), 4);
}

} // namespace wasmind::mindir::ops
