#include "runtime/guest/Packing.h"
#include "runtime/guest/movement/Movement.h"

namespace wasmind::guest {

Tensor denseAt(const Tensor &tensor, void *data) {
  Tensor dense = tensor;
  dense.data = static_cast<char *>(data);
  uint32_t step = uint32_t(tensor.byteWidth);
  for (int32_t axis = tensor.rank; axis--; step *= uint32_t(tensor.extents[axis]))
    dense.steps[axis] = tensor.extents[axis] == 1 ? 0 : int32_t(step);
  return dense;
}

void copyDense(const Tensor &tensor, char *dense, bool toTensor) {
  Tensor packed = denseAt(tensor, dense);
  if (toTensor)
    Walk(tensor, packed).copy(tensor.data, dense);
  else
    Walk(packed, tensor).copy(dense, tensor.data);
}

Packing::~Packing() {
  while (count)
    wasmind_workspace_release(blocks[--count]);
}

void *Packing::allocate(uint64_t byteLength) {
  void *block = byteLength >> 32 ? nullptr : wasmind_workspace_allocate(uint32_t(byteLength));
  incomplete |= !block;
  if (block) {
    outputs[count] = nullptr;
    blocks[count++] = block;
  }
  return block;
}

void *Packing::input(const Tensor &tensor) {
  if (isDense(tensor))
    return tensor.data;
  void *block = allocate(denseByteLength(tensor.type, tensor.rank, tensor.extents));
  if (block)
    copyDense(tensor, static_cast<char *>(block), false);
  return block;
}

void *Packing::output(const Tensor &tensor) {
  if (isDense(tensor))
    return tensor.data;
  void *block = allocate(denseByteLength(tensor.type, tensor.rank, tensor.extents));
  if (block)
    outputs[count - 1] = &tensor;
  return block;
}

void Packing::finish() const {
  for (int32_t i = 0; i < count; ++i)
    if (outputs[i])
      copyDense(*outputs[i], static_cast<char *>(blocks[i]), true);
}

} // namespace wasmind::guest
