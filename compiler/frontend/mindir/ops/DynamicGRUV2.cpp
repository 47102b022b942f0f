//===- DynamicGRUV2.cpp -------------------------------------------------------------------------------------------===//
//
// DynamicGRUV2(x [T, B, I], w [I, 3 H], r [H, 3 H], biases [3 H] or None of both, None, h [B, H]), attributes
// gate_order rzh or zrh, reset_after: h of all steps twice; what training needs
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Recurrent.h"

namespace wasmind::mindir::ops {

Operand DynamicGRUV2(Node &node) {
  Value x = node.tensor(0), w = node.tensor(1), r = node.tensor(2), h = node.tensor(6);
  Value biases[] = {node.optionalTensor(3), node.optionalTensor(4)};
  expectPlainRecurrence(node, /*lengths=*/5);
  const llvm::StringRef order = node.text("gate_order", Node::none, "rzh");
  const bool resetsAfter = node.flag("reset_after", Node::none, true);
  if (!node.expectRank(x, 3, "x") || !node.expectRank(w, 2, "w") || !node.expectRank(r, 2, "r") ||
      !node.expectRank(h, 2, "h") || node.failed())
    return {};
  if (order != "rzh" && order != "zrh")
    return node.fail("gate_order '" + order + "' is neither rzh nor zrh");
  Compose &b = node.compose;
  const int64_t hidden = node.staticExtent(h, 1, "h"), inputs = node.staticExtent(x, 2, "x");
  if (node.failed())
    return {};
  bool fits = node.staticExtents(w, "w") == Integers{inputs, 3 * hidden} &&
              node.staticExtents(r, "r") == Integers{hidden, 3 * hidden};
  Type type = node.element(h); // of the results
  for (Value bias : llvm::reverse(biases))
    if (bias) {
      fits &= node.rank(bias) == 1 && node.staticExtents(bias, "a bias") == Integers{3 * hidden};
      type = node.element(bias);
    }
  if (!fits || node.failed())
    return node.fail("w, r or a bias does not fit inputs of " + llvm::Twine(inputs) + " and states of " +
                     llvm::Twine(hidden));
  const Type f32 = b.getF32Type();
  auto at = [&](int64_t i) { return b.getAffineConstantExpr(i); };
  auto part = [&](Value of, int64_t i) { return b.sliceDim(of, -1, at(i * hidden), at(hidden)); };
  const int64_t reset = order == "rzh" ? 0 : 1, update = 1 - reset;
  auto withBias = [&](Value v, Value bias) { return bias ? b.add(v, b.cast(bias, f32)) : v; };
  r = b.cast(r, f32);
  Value forCandidate = part(r, 2);
  Value projected = withBias(b.matmul(b.cast(x, f32), b.cast(w, f32)), biases[0]);
  auto states = recur(node, projected, {b.cast(h, f32)},
                      [&](Value input, llvm::ArrayRef<Value> last) -> llvm::SmallVector<Value> {
                        Value h = last[0], memory = withBias(b.matmul(h, r), biases[1]);
                        auto gate = [&](int64_t i) { return b.sigmoid(b.add(part(input, i), part(memory, i))); };
                        Value kept = gate(reset), share = gate(update), candidate;
                        if (resetsAfter) {
                          candidate = b.mul(kept, part(memory, 2));
                        } else {
                          candidate = b.matmul(b.mul(kept, h), forCandidate);
                          if (biases[1])
                            candidate = b.add(candidate, part(b.cast(biases[1], f32), 2));
                        }
                        candidate = b.unary(UnaryKind::Tanh, b.add(part(input, 2), candidate));
                        return {b.add(b.mul(share, h), b.mul(b.sub(b.scalarLike(h, 1), share), candidate))};
                      });
  if (states.empty())
    return {};
  Value y = b.cast(states[0], type);
  std::vector<Operand> results{y, y};
  results.insert(results.end(), 4, Operand::unavailable("what training needs"));
  return Operand::sequence(results);
}

} // namespace wasmind::mindir::ops
