#include "compiler/frontend/onnx/Recurrent.h"

// Gates i, o, f, c:
//   i = f(x Wi + h Ri + Pi * c), f likewise, c' = f * c + i * g(x Wc + h Rc), o = f(x Wo + h Ro + Po * c'), h' = o *
//   h(c').
WASMIND_ONNX_OPERATOR(LSTM) {
  Compose &compose = node.compose();
  auto layer = recurrentLayer(node, 4, {5, 6}, {"Sigmoid", "Tanh", "Tanh"});
  if (!layer)
    return Failure();
  const bool couples = node.flag("input_forget");
  const AffineExpr hidden = compose.getAffineConstantExpr(layer->hidden);
  llvm::SmallVector<DirectionResults> results;
  for (auto [i, direction] : llvm::enumerate(layer->directions)) {
    Value bias = direction.wBias ? compose.add(direction.wBias, direction.rBias) : Value();
    auto isPlain = [](auto pair) { return std::get<0>(pair).name == std::get<1>(pair); };
    const bool plain = !layer->lengths && layer->clip == 0 && !couples && !node.hasInput(7) &&
                       llvm::all_of(llvm::zip(direction.activations, std::array{"sigmoid", "tanh", "tanh"}), isPlain);
    if (plain) {
      auto [y, h, c] = compose.lstm(layer->x, direction.w, direction.r, bias, direction.states[0], direction.states[1],
                                    direction.reverse);
      if (!y)
        return Failure();
      results.push_back({y, {h, c}});
      continue;
    }
    Value peepholes; // [3 * H]: i, o, f
    if (node.hasInput(7)) {
      if (node.rank(node.input(7)) != 2 || node.staticExtent(node.input(7), 1) != 3 * layer->hidden ||
          node.staticExtent(node.input(7), 0) != int64_t(layer->directions.size()))
        return node.fail("P must be [directions, 3 * hidden]");
      peepholes = compose.squeeze(
          compose.sliceDim(node.input(7), 0, compose.getAffineConstantExpr(i), compose.getAffineConstantExpr(1)), {0});
    }
    const Value recurrent = compose.transpose(direction.r, {1, 0});
    auto step = [&](Value gates, llvm::ArrayRef<Value> states) -> llvm::SmallVector<Value> {
      Value h = states[0], c = states[1];
      gates = compose.add(gates, compose.matmul(h, recurrent));
      auto gate = [&](int64_t k) { return compose.sliceDim(gates, 1, hidden * k, hidden); };
      auto peep = [&](Value sum, int64_t k, Value cell) {
        return peepholes ? compose.add(sum, compose.mul(compose.sliceDim(peepholes, 0, hidden * k, hidden), cell))
                         : sum;
      };
      Value in = activate(node, *layer, direction, 0, peep(gate(0), 0, c));
      Value forget = couples ? compose.sub(compose.scalarLike(in, 1), in)
                             : activate(node, *layer, direction, 0, peep(gate(2), 2, c));
      Value candidate = activate(node, *layer, direction, 1, gate(3));
      Value cell = compose.add(compose.mul(forget, c), compose.mul(in, candidate));
      Value out = activate(node, *layer, direction, 0, peep(gate(1), 1, cell));
      return {compose.mul(out, activate(node, *layer, direction, 2, cell)), cell};
    };
    auto sequence = runDirection(node, *layer, direction, bias, step);
    if (!sequence)
      return Failure();
    results.push_back(*sequence);
  }
  return recurrentResults(node, *layer, results);
}
