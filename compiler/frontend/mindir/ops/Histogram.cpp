//===- Histogram.cpp - Histogram(x), attributes bins, min, max: how many elements are in each bin ----------------===//
#include "compiler/frontend/mindir/Histograms.h"

namespace wasmind::mindir::ops {

Operand Histogram(Node &node) {
  return histogram(node, node.integer("bins", Node::none, 100), node.number("min", Node::none, 0),
                   node.number("max", Node::none, 0));
}

} // namespace wasmind::mindir::ops
