//===- DynamicRNN.cpp ---------------------------------------------------------------------------------------------===//
//
// DynamicRNN(x [T, B, I], w [I + H, 4 H], bias [4 H], None, h [1, B, H], c [1, B, H]): an LSTM whose gates stand in
// the order i, j, f, o, where j is the candidate; h of all steps twice, c of all steps; what training needs
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Recurrent.h"

namespace wasmind::mindir::ops {

Operand DynamicRNN(Node &node) {
  Value x = node.tensor(0), w = node.tensor(1), bias = node.tensor(2), h = node.tensor(4), c = node.tensor(5);
  expectPlainRecurrence(node, /*lengths=*/3);
  if (node.text("cell_type", Node::none, "LSTM") != "LSTM" || node.flag("use_peephole", Node::none, false))
    return node.fail("supports cell_type LSTM without peepholes");
  const double forgetBias = node.number("forget_bias", Node::none, 0);
  if (!node.expectRank(x, 3, "x") || !node.expectRank(w, 2, "w") || !node.expectRank(bias, 1, "bias") ||
      !node.expectRank(h, 3, "h") || !node.expectRank(c, 3, "c") || node.failed())
    return {};
  Compose &b = node.compose;
  const int64_t hidden = node.staticExtent(h, 2, "h"), inputs = node.staticExtent(x, 2, "x");
  if (node.failed())
    return {};
  if (node.staticExtents(w, "w") != Integers{inputs + hidden, 4 * hidden} ||
      node.staticExtents(bias, "bias") != Integers{4 * hidden})
    return node.fail("w or bias does not fit inputs of " + llvm::Twine(inputs) + " and states of " +
                     llvm::Twine(hidden));
  const Type type = node.element(bias), half = node.element(x), f32 = b.getF32Type();
  auto at = [&](int64_t i) { return b.getAffineConstantExpr(i); };
  w = b.cast(w, f32);
  Value forInput = b.sliceDim(w, 0, at(0), at(inputs)), forState = b.sliceDim(w, 0, at(inputs), at(hidden));
  Value projected = b.add(b.matmul(b.cast(x, f32), forInput), b.cast(bias, f32));
  auto states = recur(node, projected, {b.squeeze(b.cast(h, f32), {0}), b.squeeze(b.cast(c, f32), {0})},
                      [&](Value input, llvm::ArrayRef<Value> last) -> llvm::SmallVector<Value> {
                        Value gates = b.add(input, b.matmul(last[0], forState));
                        auto gate = [&](int64_t i) { return b.sliceDim(gates, 1, at(i * hidden), at(hidden)); };
                        Value forget = b.sigmoid(b.add(gate(2), b.scalarLike(gates, forgetBias)));
                        Value next =
                            b.add(b.mul(forget, last[1]), b.mul(b.sigmoid(gate(0)), b.unary(UnaryKind::Tanh, gate(1))));
                        return {b.mul(b.sigmoid(gate(3)), b.unary(UnaryKind::Tanh, next)), next};
                      });
  if (states.empty())
    return {};
  std::vector<Operand> results{b.cast(states[0], type), b.cast(states[0], half), b.cast(states[1], type)};
  results.insert(results.end(), 5, Operand::unavailable("what training needs"));
  return Operand::sequence(results);
}

} // namespace wasmind::mindir::ops
