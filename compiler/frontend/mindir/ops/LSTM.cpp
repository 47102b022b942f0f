//===- LSTM.cpp - LSTM(x [T, B, I], h [1, B, H], c [1, B, H], w): y [T, B, H], h, c; one layer, one direction -----===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand LSTM(Node &node) {
  Value x = node.tensor(0), h = node.tensor(1), c = node.tensor(2), weights = node.tensor(3);
  int64_t inputs = node.integer("input_size", Node::none), hidden = node.integer("hidden_size", Node::none);
  bool hasBias = node.flag("has_bias", Node::none, true);
  if (node.integer("num_layers", Node::none, 1) != 1 || node.flag("bidirectional", Node::none, false) ||
      node.integer("proj_size", Node::none, 0) != 0)
    return node.fail("several layers, two directions or a projection in one LSTM are not supported; export on the CPU");
  if (!node.expectRank(x, 3, "x") || !node.expectRank(h, 3, "h") || !node.expectRank(c, 3, "c"))
    return {};
  constexpr int64_t limit = 1 << 20;
  if (inputs < 1 || hidden < 1 || inputs > limit || hidden > limit)
    return node.fail("input_size or hidden_size is out of range");
  int64_t needed = 4 * hidden * (inputs + hidden + hasBias), given = 1;
  for (int64_t extent : node.staticExtents(weights, "the weights"))
    if (__builtin_mul_overflow(given, extent, &given))
      given = 0;
  if (!node.failed() && given != needed)
    return node.fail("has " + llvm::Twine(given) + " weights, its sizes need " + llvm::Twine(needed));
  node.expectAtLeast(node.compose.extentsOf(x)[0], 1, "the sequence");
  if (node.failed())
    return {};
  // The weights are W [4H, I], R [4H, H] and the bias [4H] one after the other, with the gates in the order i, f, c, o;
  // Compose::lstm takes i, o, f, c.
  Compose &b = node.compose;
  auto constant = [&](int64_t value) { return b.getAffineConstantExpr(value); };
  Value flat = b.reshape(weights, {constant(needed)});
  auto part = [&](int64_t start, int64_t columns) {
    Value all = b.reshape(b.sliceDim(flat, 0, constant(start), constant(4 * hidden * columns)),
                          {constant(4), constant(hidden), constant(columns)});
    llvm::SmallVector<Value> gates;
    for (int64_t gate : {0, 3, 1, 2})
      gates.push_back(b.sliceDim(all, 0, constant(gate), constant(1)));
    return b.reshape(b.concat(gates, 0), {constant(4 * hidden), constant(columns)});
  };
  Value w = part(0, inputs), r = part(4 * hidden * inputs, hidden);
  Value bias = hasBias ? b.reshape(part(4 * hidden * (inputs + hidden), 1), {constant(4 * hidden)}) : Value();
  auto result = b.lstm(x, w, r, bias, b.squeeze(h, {0}), b.squeeze(c, {0}), /*reverse=*/false);
  return Operand::tuple({result.y, b.unsqueeze(result.h, {0}), b.unsqueeze(result.c, {0}),
                         Operand::unavailable("the reserved space"), Operand::unavailable("the state of training")});
}

} // namespace wasmind::mindir::ops
