#include "compiler/frontend/onnx/Operator.h"

// [N, C, H, W] -> [N, C / b^2, H * b, W * b]; in mode CRD the block is the inner part of the channel, in DCR the outer.
WASMIND_ONNX_OPERATOR(DepthToSpace) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  const int64_t block = node.integer("blocksize");
  const std::string mode = node.string("mode", "DCR");
  if (node.rank(x) != 4 || block < 1 || block > 4096)
    return node.fail("the input must be [N, C, H, W] and blocksize positive");
  if (mode != "DCR" && mode != "CRD")
    return node.fail("attribute 'mode' = '" + mode + "' is neither DCR nor CRD");
  Extents extents = compose.extentsOf(x);
  const AffineExpr b = compose.getAffineConstantExpr(block), c = compose.quotientOf(extents[1], block * block);
  if (!c)
    return node.fail("'" + node.text(extents[1]) + "' channels do not divide by " + llvm::Twine(block * block));
  const bool outer = mode == "DCR";
  Extents split = outer ? Extents{extents[0], b, b, c, extents[2], extents[3]}
                        : Extents{extents[0], c, b, b, extents[2], extents[3]};
  Value parts = compose.reshape(x, split);
  parts = compose.transpose(parts, outer ? Integers{0, 3, 4, 1, 5, 2} : Integers{0, 1, 4, 2, 5, 3});
  return compose.reshape(parts, {extents[0], c, extents[2] * block, extents[3] * block});
}
