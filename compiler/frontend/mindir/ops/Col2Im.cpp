//===- Col2Im.cpp -----------------------------------------------------------------------------------------------===//
//
// Col2Im(x [N, C, KH * KW, L], output_size), attributes kernel_size, dilation, padding, stride: sums of patches
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Patches.h"
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand Col2Im(Node &node) {
  Value x = node.tensor(0);
  auto pair = [&](llvm::StringRef name, int64_t otherwise) {
    return perSpatial(node, node.integers(name, Node::none, Integers{otherwise}), 2, name);
  };
  const Integers size = node.integers("output_size", 1), pads = pair("padding", 0);
  return sumPatches(node, x, size, {pair("kernel_size", 1), {pair("stride", 1), pads, pads, pair("dilation", 1)}});
}

} // namespace wasmind::mindir::ops
