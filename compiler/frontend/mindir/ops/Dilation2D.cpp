//===- Dilation2D.cpp ---------------------------------------------------------------------------------------------===//
//
// Dilation2D(x [N, C, H, W], filter [C, h, w]), attributes stride, dilation, pad_mode: the largest of x + filter in
// windows
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"
#include <cmath>
#include <limits>

namespace wasmind::mindir::ops {

Operand Dilation2D(Node &node) {
  Value x = node.tensor(0), filter = node.tensor(1);
  expectChannelsFirst(node, "format", Node::none);
  expectChannelsFirst(node, "data_format", Node::none);
  if (!node.expectRank(x, 4, "input 0") || !node.expectRank(filter, 3, "the filter"))
    return {};
  Compose &b = node.compose;
  Integers kernel;
  for (int64_t dim : {1, 2})
    kernel.push_back(node.staticExtent(filter, dim, "the filter"));
  Compose::Window window;
  window.strides = perSpatial(node, node.integers("stride", Node::none), 2, "stride");
  window.dilations = perSpatial(node, node.integers("dilation", Node::none), 2, "dilation");
  const std::string mode = padMode(node, "pad_mode", Node::none, "same");
  if (mode != "same" && mode != "valid")
    return node.fail("pad_mode '" + mode + "' is neither same nor valid");
  if (node.failed() || !checkWindow(node, kernel, window))
    return {};
  if (kernel[0] * kernel[1] > 1024)
    return node.fail("a filter of more than 1024 elements is not supported");
  applyPadMode(node, mode, x, kernel, window);
  if (node.failed() || !checkFit(node, x, kernel, window))
    return {};
  if (!window.extents.empty())
    return node.fail("pad_mode same takes images of known extents");
  // Outside of the image nothing is the largest.
  const Type type = node.element(x);
  const bool isFloat = node.isFloat(x), isSigned = type.isSignlessInteger();
  if (!isFloat && (!isSigned || type.getIntOrFloatBitWidth() > 32))
    return node.fail("takes floats and integers of up to 32 bits with a sign");
  const double least =
      isFloat ? -std::numeric_limits<double>::infinity() : -std::ldexp(1.0, type.getIntOrFloatBitWidth() - 1);
  Integers low{0, 0}, high{0, 0};
  low.append(window.padLow);
  high.append(window.padHigh);
  Value inside = b.pad(b.splat(b.extentsOf(x), b.getI1Type(), 1), b.scalar(b.getI1Type(), 0), low, high);
  x = b.pad(x, b.scalar(type, 0), low, high);
  Value largest;
  forEachTap(b, kernel, window, [&](llvm::ArrayRef<int64_t> tap, llvm::function_ref<Value(Value)> take) {
    const AffineExpr one = b.getAffineConstantExpr(1);
    Value weight =
        b.slice(filter, {b.getAffineConstantExpr(0), b.getAffineConstantExpr(tap[0]), b.getAffineConstantExpr(tap[1])},
                {b.extentsOf(filter)[0], one, one});
    Value sum = b.add(take(x), weight);
    sum = b.select(take(inside), sum, b.scalarLike(sum, least));
    largest = largest ? b.maximum(largest, sum) : sum;
  });
  return largest;
}

} // namespace wasmind::mindir::ops
