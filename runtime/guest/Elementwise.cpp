// One output; inputs are broadcast as numpy does (https://numpy.org/doc/stable/user/basics.broadcasting.html).
#include "runtime/guest/Arguments.h"

namespace wasmind::guest {

namespace {

constexpr int32_t bufferByteLength = 1024; ///< of a tensor that the kernel cannot take where it lies; on the stack

/// A tensor in the loops over the output's axes.
struct Track {
  char *data;     ///< of the row at hand
  char *buffer;   ///< null: the kernel takes the elements where they lie
  void **operand; ///< what the kernel is given
  const Tensor *tensor;
  bool isInPlace;             ///< every element lies where the result's does
  int32_t byteWidth;          ///< of an element
  int32_t steps[maxRank + 1]; ///< bytes, by axis; 0 where the tensor is repeated
};

/// The shape all inputs have together. \returns its rank, or -1 with the error set.
int32_t broadcast(const Call &call, int32_t *extents) {
  int32_t rank = 0, inputs = call.table.inputs;
  for (int32_t i = 0; i < inputs; ++i)
    rank = call.tensors[i].rank > rank ? call.tensors[i].rank : rank;
  for (int32_t axis = 0; axis < rank; ++axis) {
    int32_t together = 1;
    for (int32_t i = 0; i < inputs; ++i) {
      const Tensor &tensor = call.tensors[i];
      int32_t own = axis - (rank - tensor.rank);
      int32_t extent = own < 0 ? 1 : tensor.extents[own];
      if (together == 1)
        together = extent;
      if (extent == 1 || extent == together)
        continue;
      fail(valueError, call.table.name, "shapes differ in axis", axis);
      for (int32_t j = 0; j < inputs; ++j) {
        appendText(j ? " and " : ": ");
        appendShape(call.tensors[j].extents, call.tensors[j].rank);
      }
      return -1;
    }
    extents[axis] = together;
  }
  return rank;
}

int32_t run(Call &call) {
  int32_t inputs = call.table.inputs;
  Track tracks[maxOperands]; // the inputs, then the output
  Track &output = tracks[inputs], *end = tracks + inputs + 1;
  const Tensor &result = call.tensors[call.firstOutput];
  for (Track *track = tracks; track != end; ++track) {
    int32_t operand = track == &output ? call.firstOutput : int32_t(track - tracks);
    track->tensor = &call.tensors[operand];
    track->operand = &call.operands[operand];
    track->data = track->tensor->data;
    track->byteWidth = track->tensor->byteWidth;
    track->buffer = nullptr;
    track->isInPlace = track->data == result.data && track->byteWidth == result.byteWidth;
    track->steps[0] = 0;
  }

  // The loops: axes of the output that have more than one element. An axis along which every tensor goes on where the
  // axis inside it ends becomes one with that axis. The last one is the kernel's row.
  int32_t last = 0, extents[maxRank + 1], index[maxRank + 1]; // of the row at hand
  extents[0] = 1;
  index[0] = 0;
  for (int32_t axis = 0; axis < result.rank; ++axis) {
    int32_t extent = result.extents[axis];
    if (extent == 1)
      continue;
    bool isOne = true;
    for (Track *track = tracks; track != end; ++track) {
      int32_t own = axis - (result.rank - track->tensor->rank), step = own < 0 ? 0 : track->tensor->steps[own];
      track->steps[last + 1] = step;
      track->isInPlace &= step == result.steps[axis];
      isOne &= track->steps[last] == step * extent || extents[last] == 1;
    }
    if (isOne)
      for (Track *track = tracks; track != end; ++track)
        track->steps[last] = track->steps[last + 1];
    else
      extents[++last] = 1, index[last] = 0;
    extents[last] *= extent;
  }

  // An input may be the output if every element lies where the result's does: it is read before that one is written.
  const Variant &variant = *call.variant;
  Kernel kernel = variant.kernels[0];
  alignas(16) char buffers[maxOperands][bufferByteLength];
  int32_t row = extents[last], chunk = row, status = 0;
  for (int32_t i = 0; i < inputs; ++i) {
    if (tracks[i].isInPlace || !overlaps(*tracks[i].tensor, result))
      continue;
    fail(valueError, call.table.name, "the output overlaps input", i);
    return call.abandon();
  }
  for (int32_t i = 0; i <= inputs; ++i) {
    Track &track = tracks[i];
    int32_t step = track.steps[last], width = track.byteWidth;
    if (row == 1 || step == width)
      continue;
    if (!step && inputs == 2 && kernel == variant.kernels[0] && variant.kernels[2 - i]) {
      kernel = variant.kernels[2 - i]; // takes one element of this input
      continue;
    }
    track.buffer = buffers[i];
    chunk = chunk < bufferByteLength / width ? chunk : bufferByteLength / width;
  }

  for (int32_t axis = 0; axis >= 0 && !status;) {
    for (int32_t at = 0; at < row && !status; at += chunk) {
      int32_t length = row - at < chunk ? row - at : chunk;
      for (Track *track = tracks; track != end; ++track) {
        char *elements = track->data + track->steps[last] * at;
        *track->operand = track->buffer ? track->buffer : elements;
        if (track->buffer && track != &output)
          copyRow(track->byteWidth, track->buffer, track->byteWidth, elements, track->steps[last], uint32_t(length));
      }
      *variant.extents = length;
      status = kernel(call.operands);
      if (output.buffer)
        copyRow(output.byteWidth, output.data + output.steps[last] * at, output.steps[last], output.buffer,
                output.byteWidth, uint32_t(length));
    }
    for (axis = last - 1; axis >= 0; --axis) {
      int32_t steps = ++index[axis] < extents[axis] ? 1 : 1 - index[axis];
      for (Track *track = tracks; track != end; ++track)
        track->data += track->steps[axis] * steps;
      if (steps == 1)
        break;
      index[axis] = 0;
    }
  }
  return status ? call.outOfMemory() : 0;
}

int32_t elementwise(const OperatorTable *table, const TVMFFIAny *args, int32_t count, Call::Convert convert) {
  Call call(*table, args);
  if (call.read(count, convert))
    return -1;
  int32_t extents[maxRank];
  int32_t rank = broadcast(call, extents);
  if (rank < 0 || call.prepareOutput(0, rank, extents))
    return -1;
  return call.tensors[call.firstOutput].isEmpty() ? 0 : run(call);
}

} // namespace
} // namespace wasmind::guest

using namespace wasmind::guest;

extern "C" {

int32_t wasmind_elementwise(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  return elementwise(table, args, count, convertAttribute);
}

int32_t wasmind_elementwise_tensors(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  return elementwise(table, args, count, nullptr);
}
}
