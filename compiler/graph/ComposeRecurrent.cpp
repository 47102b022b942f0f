//===- ComposeRecurrent.cpp - recurrent layers --------------------------------------------------------------------===//
#include "compiler/graph/Compose.h"

using namespace mlir;

namespace wasmind::graph {

// Sequences up to this long are written out step by step; longer ones become a loop.
static constexpr int64_t unrolledSteps = 4;

// The gates of the ONNX specification, operator LSTM: i, o, f, c.
Compose::LstmResult Compose::lstm(Value x, Value w, Value r, Value bias, Value h0, Value c0, bool reverse) {
  if (!x || !w || !r || !h0 || !c0)
    return {};
  Extents input = extentsOf(x), state = extentsOf(h0);
  if (input.size() != 3 || state.size() != 2 || rankOf(w) != 2 || rankOf(r) != 2) {
    emitError("lstm takes x [T, B, I], w [4H, I], r [4H, H], states [B, H]");
    return {};
  }
  AffineExpr zero = getAffineConstantExpr(0), one = getAffineConstantExpr(1);
  AffineExpr steps = input[0], batch = state[0], hidden = state[1];
  // The input's part of all gates of all steps is one product: [T, B, 4H].
  Value projected = make<ContractOp>(x, w, Ints{}, Ints{}, Ints{2}, Ints{1});
  if (bias)
    projected = add(projected, bias);
  if (!projected)
    return {};

  struct State {
    Value h, c;
  };
  auto step = [&](Value gates, State last) -> State { // gates [B, 4H]
    gates = add(gates, make<ContractOp>(last.h, r, Ints{}, Ints{}, Ints{1}, Ints{1}));
    auto gate = [&](int64_t i) { return sliceDim(gates, 1, hidden * i, hidden); };
    Value in = sigmoid(gate(0)), out = sigmoid(gate(1)), forget = sigmoid(gate(2));
    Value candidate = unary(UnaryKind::Tanh, gate(3));
    Value c = add(mul(forget, last.c), mul(in, candidate));
    return {mul(out, unary(UnaryKind::Tanh, c)), c};
  };

  auto count = constantOf(steps);
  if (count && *count <= unrolledSteps) {
    SmallVector<Value> outputs(*count);
    State current{h0, c0};
    for (int64_t i = 0; i < *count; ++i) {
      int64_t at = reverse ? *count - 1 - i : i;
      Value gates = squeeze(sliceDim(projected, 0, getAffineConstantExpr(at), one), {0});
      current = step(gates, current);
      outputs[at] = unsqueeze(current.h, {0});
    }
    Value y = outputs.empty() ? splat({zero, batch, hidden}, elementOf(x), 0) : concat(outputs, 0);
    return {y, current.h, current.c};
  }

  Value y = splat({steps, batch, hidden}, elementOf(x), 0);
  if (!y)
    return {};
  Value trips = extent(steps), always = scalar(getI1Type(), 1);
  SmallVector<Value> carried{h0, c0, y};
  OperationState loopState(getLoc(), LoopOp::getOperationName());
  LoopOp::build(*this, loopState, ValueRange(carried).getTypes(), trips, always, carried);
  auto loop = llvm::cast<LoopOp>(OpBuilder::create(loopState));
  {
    OpBuilder::InsertionGuard guard(*this);
    SmallVector<Type> types{trips.getType()};
    llvm::append_range(types, ValueRange(carried).getTypes());
    Block *body = createBlock(&loop.getBody(), {}, types, SmallVector<Location>(types.size(), getLoc()));
    Value index = body->getArgument(0);
    if (reverse)
      index = sub(extent(steps - 1), index);
    State next = step(gather(projected, index, 0), {body->getArgument(1), body->getArgument(2)});
    Value row = unsqueeze(next.h, {0});
    Value written = make<ScatterOp>(ScatterKind::Set, body->getArgument(3), reshape(index, Ints{1}), row);
    if (!written) {
      loop.erase();
      return {};
    }
    SmallVector<Value> yielded{scalar(getI1Type(), 1), next.h, next.c, written};
    YieldOp::create(*this, yielded);
  }
  return {loop.getResult(2), loop.getResult(0), loop.getResult(1)};
}

} // namespace wasmind::graph
