//===- Correlate.cpp --------------------------------------------------------------------------------------------===//
//
// Correlate(a [n], v [m]), attribute pad_mode: the products' sums at each shift, as numpy.correlate
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Correlate(Node &node) {
  auto [a, v] = promote(node);
  auto mode = node.parameter("pad_mode", 2);
  if (!node.expectRank(a, 1, "input 0") || !node.expectRank(v, 1, "input 1") || node.failed())
    return {};
  // PadMode: 0 pad, 1 same, 2 valid, 3 full.
  llvm::StringRef name = !mode || mode->is(Operand::Kind::Nothing) ? "valid"
                         : mode->is(Operand::Kind::Text)           ? mode->string
                                                                   : "";
  if (mode && mode->is(Operand::Kind::Integer))
    name = mode->integerValue == 1 ? "same" : mode->integerValue == 2 ? "valid" : mode->integerValue == 3 ? "full" : "";
  if (name != "same" && name != "valid" && name != "full")
    return node.fail("pad_mode is none of same, valid and full");
  const int64_t n = node.staticExtent(a, 0, "input 0"), m = node.staticExtent(v, 0, "input 1");
  if (node.failed() || n < 1 || m < 1)
    return node.fail("an input has no elements");
  Compose &b = node.compose;
  const Type type = node.declaredElement() ? node.declaredElement() : node.element(a);
  const bool isSwapped = n < m; // the longer one stays, the result is mirrored
  Value longer = b.cast(isSwapped ? v : a, type), shorter = b.cast(isSwapped ? a : v, type);
  const int64_t width = std::min(n, m), all = width - 1;
  const int64_t low = name == "valid" ? 0 : name == "full" ? all : width / 2;
  const int64_t high = name == "valid" ? 0 : name == "full" ? all : all - width / 2;
  Compose::Window window{{1}, {isSwapped ? high : low}, {isSwapped ? low : high}, {1}};
  Value sums = b.convolve(b.unsqueeze(longer, {0, 1}), b.unsqueeze(shorter, {0, 1}), Value(), window, 1);
  sums = sums ? b.cast(b.squeeze(sums, {0, 1}), type) : Value();
  return sums && isSwapped ? Value(graph::ReverseOp::create(b, b.getLoc(), sums, llvm::ArrayRef<int64_t>{0})) : sums;
}

} // namespace wasmind::mindir::ops
