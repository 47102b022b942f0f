//===- HistcExt.cpp ---------------------------------------------------------------------------------------------===//
//
// HistcExt(x, bins, min, max): how many elements are in each bin, from the least to the largest where min is max
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Histograms.h"

namespace wasmind::mindir::ops {

Operand HistcExt(Node &node) {
  return histogram(node, node.integer("bins", 1, 100), node.number("min", 2, 0), node.number("max", 3, 0));
}

} // namespace wasmind::mindir::ops
