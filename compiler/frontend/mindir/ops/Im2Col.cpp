//===- Im2Col.cpp -----------------------------------------------------------------------------------------------===//
//
// Im2Col(x [N, C, H, W]), attributes ksizes, strides, dilations, pads: patches [N, C, taps, patches]
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Patches.h"
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand Im2Col(Node &node) {
  Value x = node.tensor(0);
  auto pair = [&](llvm::StringRef name, int64_t otherwise) {
    return perSpatial(node, node.integers(name, Node::none, Integers{otherwise}), 2, name);
  };
  const Integers pads = pair("pads", 0);
  const PatchWindow patches{pair("ksizes", 1), {pair("strides", 1), pads, pads, pair("dilations", 1)}};
  return node.expectRank(x, 4, "input 0") ? foldedPatches(node, x, patches) : Value();
}

} // namespace wasmind::mindir::ops
