#include "compiler/frontend/onnx/Operator.h"

// [N, C, H, W] -> [N, C * b^2, H / b, W / b]; in mode DCR the block is the outer part of the channel, in CRD the inner.
WASMIND_ONNX_OPERATOR(SpaceToDepth) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  const int64_t block = node.integer("blocksize");
  if (node.rank(x) != 4 || block < 1 || block > 4096)
    return node.fail("the input must be [N, C, H, W] and blocksize positive");
  const std::string mode = node.string("mode", "DCR");
  if (mode != "DCR" && mode != "CRD")
    return node.fail("attribute 'mode' = '" + mode + "' is neither DCR nor CRD");
  Extents e = compose.extentsOf(x);
  const AffineExpr b = compose.getAffineConstantExpr(block);
  const AffineExpr high = compose.quotientOf(e[2], block), wide = compose.quotientOf(e[3], block);
  if (!high || !wide)
    return node.fail("'" + node.text(e[2]) + "' x '" + node.text(e[3]) + "' does not divide by blocks of " +
                     llvm::Twine(block));
  Value parts = compose.reshape(x, {e[0], e[1], high, b, wide, b});
  parts = compose.transpose(parts, mode == "DCR" ? Integers{0, 3, 5, 1, 2, 4} : Integers{0, 1, 3, 5, 2, 4});
  return compose.reshape(parts, {e[0], e[1] * (block * block), high, wide});
}
