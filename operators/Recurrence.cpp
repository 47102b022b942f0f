// Recurrent layers of one direction; PyTorch's and MindSpore's rule and order of gates. With a = W x + b_ih and
// s = R h + b_hh, whose rows are H for each gate:
//   LSTM  i, f, g, o = sigmoid, sigmoid, tanh, sigmoid of a + s; c = f c + i g; h = o tanh(c)
//   GRU   r, z = sigmoid of a + s; n = tanh(a + r s); h = (1 - z) n + z h
#include "operators/Library.h"

namespace wasmind::operators {

namespace {

/// One step: a and s [B, gates H] and states [B, H] to new states [B, H].
struct Step {
  te::Var batch = te::var("batch"), hidden = te::var("hidden");
  te::Tensor fromInput, fromState;

  Step(DType type, int gates)
      : fromInput(te::placeholder({batch, gates * Expr(hidden)}, type, "from_input")),
        fromState(te::placeholder({batch, gates * Expr(hidden)}, type, "from_state")) {}

  te::Tensor state(DType type, const char *name) const { return te::placeholder({batch, hidden}, type, name); }
  Expr input(int gate, Expr i, Expr j) const { return fromInput(i, gate * Expr(hidden) + j); }
  Expr recurrent(int gate, Expr i, Expr j) const { return fromState(i, gate * Expr(hidden) + j); }
  Expr both(int gate, Expr i, Expr j) const { return input(gate, i, j) + recurrent(gate, i, j); }
  te::Tensor next(const char *name, const std::function<Expr(Expr, Expr)> &element) const {
    return te::compute({batch, hidden}, element, name);
  }
};

Operator::Tensors lstmStep(const abi::Variant &types) {
  Step step(types.inputs[0], 4);
  te::Tensor c = step.state(types.inputs[0], "c");
  te::Tensor nextC = step.next("next_c", [&](Expr i, Expr j) {
    return te::sigmoid(step.both(1, i, j)) * c(i, j) + te::sigmoid(step.both(0, i, j)) * te::tanh(step.both(2, i, j));
  });
  te::Tensor nextH =
      step.next("next_h", [&](Expr i, Expr j) { return te::sigmoid(step.both(3, i, j)) * te::tanh(nextC(i, j)); });
  return {{step.fromInput, step.fromState, c}, {nextH, nextC}, {step.batch, step.hidden}};
}

Operator::Tensors gruStep(const abi::Variant &types) {
  Step step(types.inputs[0], 3);
  te::Tensor h = step.state(types.inputs[0], "h");
  te::Tensor nextH = step.next("next_h", [&](Expr i, Expr j) {
    Expr r = te::sigmoid(step.both(0, i, j)), z = te::sigmoid(step.both(1, i, j));
    Expr n = te::tanh(step.input(2, i, j) + r * step.recurrent(2, i, j));
    return (1.0 - z) * n + z * h(i, j);
  });
  return {{step.fromInput, step.fromState, h}, {nextH}, {step.batch, step.hidden}};
}

} // namespace

std::vector<Operator> Recurrence() {
  const std::vector<DType> types{DType::F32, DType::F64};
  auto kernels = [](Operator::Definition step) {
    std::vector<Operator::Definition> all = denseProducts();
    all.push_back(std::move(step));
    return all;
  };
  return {
      composite("LSTM", "lstm", {"x", "h0", "c0", "w_ih", "w_hh", "b_ih", "b_hh"}, types, kernels(lstmStep), {},
                {"y", "h", "c"}),
      composite("GRU", "gru", {"x", "h0", "w_ih", "w_hh", "b_ih", "b_hh"}, types, kernels(gruStep), {}, {"y", "h"}),
  };
}

} // namespace wasmind::operators
