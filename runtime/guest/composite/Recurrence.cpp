// LSTM(x [T, B, I], h0 [B, H], c0 [B, H], w_ih [4 H, I], w_hh [4 H, H], b_ih [4 H], b_hh [4 H]) -> y [T, B, H], h, c:
// y[t] is the state after step t, h and c the last ones. GRU is the same without c, with 3 H. Gates come in PyTorch's
// order, i f g o and r z n.
#include "runtime/guest/Packing.h"
#include "runtime/guest/composite/DenseProduct.h"
#include "runtime/guest/movement/Movement.h"

using namespace wasmind::guest;

namespace {

/// Of the input's part of the gates, which is computed for some steps at once.
constexpr uint32_t blockByteLength = 1 << 20;

/// Inputs and outputs by position; of a GRU without those of c.
struct Layer {
  Call &call;
  int32_t states; ///< 2: h and c; 1: h
  int32_t steps, batch, inputSize, hidden, gates;

  int32_t check();
  int32_t run();
};

int32_t Layer::check() {
  const Tensor &x = call.tensors[0], &h0 = call.tensors[1];
  for (int32_t i = 0; i < 2; ++i)
    if (call.tensors[i].rank != 3 - i) {
      refuse(call,
             i ? "input 1 must be a matrix [B, H], not of shape " : "input 0 must have axes [T, B, I], not shape ");
      appendShape(call.tensors[i]);
      return -1;
    }
  steps = x.extents[0];
  batch = x.extents[1];
  inputSize = x.extents[2];
  hidden = h0.extents[1];
  int64_t rows = int64_t(states == 2 ? 4 : 3) * hidden;
  gates = int32_t(rows);
  for (int32_t state = 1; state <= states; ++state)
    if (checkShape(call, state, {2, {batch, hidden}}))
      return -1;
  int32_t weights = 1 + states;
  if (checkShape(call, weights, {2, {rows, inputSize}}) || checkShape(call, weights + 1, {2, {rows, hidden}}) ||
      checkShape(call, weights + 2, {1, {rows}}) || checkShape(call, weights + 3, {1, {rows}}))
    return -1;
  int64_t extents[] = {steps, batch, hidden};
  for (int32_t i = 0; i <= states; ++i)
    if (prepareResult(call, i, i ? 2 : 3, i ? extents + 1 : extents))
      return -1;
  return 0;
}

int32_t Layer::run() {
  Packing packing;
  const Variant &variant = *call.variant;
  const int32_t byteWidth = call.tensors[0].byteWidth;
  const DenseProduct ofInput{variant, inputSize, gates, byteWidth, byteWidth};
  const DenseProduct ofState{variant, hidden, gates, byteWidth, byteWidth};
  void *inputs[7];
  for (int32_t i = 0; i < call.table.inputs; ++i)
    inputs[i] = packing.input(call.tensors[i]);
  void *const *weights = inputs + 1 + states;
  const Tensor &result = call.tensors[call.firstOutput];
  char *x = static_cast<char *>(inputs[0]), *y = static_cast<char *>(packing.output(result));
  char *h = static_cast<char *>(inputs[1]), *c = static_cast<char *>(inputs[states]), *cells[2] = {};

  uint32_t width = uint32_t(byteWidth), stateBytes = uint32_t(batch) * uint32_t(hidden) * width;
  uint64_t gateBytes = uint64_t(stateBytes) * (states == 2 ? 4 : 3);
  int32_t block = gateBytes > blockByteLength ? 1 : int32_t(blockByteLength / gateBytes);
  block = block < steps ? block : steps;
  char *fromInput = nullptr, *fromState = nullptr;
  if (block) {
    fromInput = static_cast<char *>(packing.allocate(uint64_t(block) * gateBytes));
    fromState = static_cast<char *>(packing.allocate(gateBytes));
    for (int32_t i = 0; i < 2 && states == 2; ++i)
      cells[i] = static_cast<char *>(packing.allocate(stateBytes));
  }
  if (packing.isIncomplete())
    return call.outOfMemory();

  for (int32_t step = 0; step < steps; ++step) {
    int32_t inBlock = step % block, left = steps - step;
    if (!inBlock) {
      int32_t count = left < block ? left : block;
      if (ofInput.run(x, count * batch, weights[0], weights[2], fromInput))
        return call.outOfMemory();
      x += uint32_t(count) * uint32_t(batch) * uint32_t(inputSize) * width;
    }
    if (ofState.run(h, batch, weights[1], weights[3], fromState))
      return call.outOfMemory();
    char *next = cells[step % 2];
    void *operands[] = {fromInput + uint32_t(inBlock) * uint32_t(gateBytes), fromState, c, y, next};
    void *withoutCell[] = {operands[0], operands[1], h, y};
    variant.extents[0] = batch;
    variant.extents[1] = hidden;
    if (variant.kernels[2](states == 2 ? operands : withoutCell))
      return call.outOfMemory();
    h = y;
    c = next;
    y += stateBytes;
  }
  packing.finish();
  copyDense(call.tensors[call.firstOutput + 1], h, true);
  if (states == 2)
    copyDense(call.tensors[call.firstOutput + 2], c, true);
  return 0;
}

int32_t recur(const OperatorTable *table, const TVMFFIAny *args, int32_t count, int32_t states) {
  Call call(*table, args);
  Layer layer{call, states, 0, 0, 0, 0, 0};
  if (readArguments(call, count, nullptr) || layer.check())
    return -1;
  return call.tensors[call.firstOutput + 1].isEmpty() ? 0 : layer.run();
}

} // namespace

extern "C" {

int32_t wasmind_lstm(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  return recur(table, args, count, 2);
}

int32_t wasmind_gru(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  return recur(table, args, count, 1);
}
}
