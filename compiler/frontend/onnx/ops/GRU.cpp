#include "compiler/frontend/onnx/Recurrent.h"

// Gates z, r, h: z = f(x Wz + h Rz), r = f(x Wr + h Rr), n = g(x Wh + (r * h) Rh) or, with linear_before_reset,
// g(x Wh + r * (h Rh + Rbh)); h' = (1 - z) * n + z * h.
WASMIND_ONNX_OPERATOR(GRU) {
  Compose &compose = node.compose();
  auto layer = recurrentLayer(node, 3, {5}, {"Sigmoid", "Tanh"});
  if (!layer)
    return Failure();
  const bool linearFirst = node.flag("linear_before_reset");
  const AffineExpr hidden = compose.getAffineConstantExpr(layer->hidden), zero = compose.getAffineConstantExpr(0);
  llvm::SmallVector<DirectionResults> results;
  for (const Direction &direction : layer->directions) {
    const Value recurrent = compose.transpose(direction.r, {1, 0});
    const Value forGates = compose.sliceDim(recurrent, 1, zero, hidden * 2);
    const Value forCandidate = compose.sliceDim(recurrent, 1, hidden * 2, hidden);
    // The recurrent bias of the candidate stays apart where the reset gate multiplies it.
    Value bias = direction.wBias, candidateBias;
    if (bias && linearFirst) {
      candidateBias = compose.sliceDim(direction.rBias, 0, hidden * 2, hidden);
      Value gateBias = compose.pad(compose.sliceDim(direction.rBias, 0, zero, hidden * 2),
                                   compose.scalar(compose.elementOf(bias), 0), Integers{0}, Integers{layer->hidden});
      bias = compose.add(bias, gateBias);
    } else if (bias) {
      bias = compose.add(bias, direction.rBias);
    }
    auto step = [&](Value input, llvm::ArrayRef<Value> states) -> llvm::SmallVector<Value> {
      Value h = states[0];
      Value gates = compose.add(compose.sliceDim(input, 1, zero, hidden * 2), compose.matmul(h, forGates));
      Value update = activate(node, *layer, direction, 0, compose.sliceDim(gates, 1, zero, hidden));
      Value reset = activate(node, *layer, direction, 0, compose.sliceDim(gates, 1, hidden, hidden));
      Value memory;
      if (linearFirst) {
        memory = compose.matmul(h, forCandidate);
        memory = compose.mul(reset, candidateBias ? compose.add(memory, candidateBias) : memory);
      } else {
        memory = compose.matmul(compose.mul(reset, h), forCandidate);
      }
      Value candidate =
          activate(node, *layer, direction, 1, compose.add(compose.sliceDim(input, 1, hidden * 2, hidden), memory));
      Value kept = compose.sub(compose.scalarLike(h, 1), update);
      return {compose.add(compose.mul(kept, candidate), compose.mul(update, h))};
    };
    auto sequence = runDirection(node, *layer, direction, bias, step);
    if (!sequence)
      return Failure();
    results.push_back(*sequence);
  }
  return recurrentResults(node, *layer, results);
}
