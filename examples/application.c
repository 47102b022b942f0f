/* A program of one's own with operators linked in: no host code knows about tensors here.
 *
 *   build/bin/wasmind operators build --ops=add,sub --archive libops_wasm32.a --header wasm_ops.h
 *   clang --target=wasm32 -O2 -nostdlib -I. -Wl,--no-entry -Wl,--export=run examples/application.c libops_wasm32.a -o application.wasm
 *
 * `run` returns the sum of (a + b) - 1 over a 2 x 3 matrix a and a row b, or -1.
 */
#include "wasm_ops.h"

static DLTensor describe(void *data, int32_t ndim, int64_t *shape) {
  DLTensor tensor = {data, {1, 0}, ndim, {2, 32, 1}, shape, 0, 0};
  return tensor;
}

int32_t run(void) {
  float matrix[6] = {1, 2, 3, 4, 5, 6}, row[3] = {10, 20, 30}, ones[6] = {1, 1, 1, 1, 1, 1}, less[6];
  int64_t matrixShape[2] = {2, 3}, rowShape[1] = {3};
  DLTensor a = describe(matrix, 2, matrixShape), b = describe(row, 1, rowShape);
  const DLTensor *sum = 0; /* allocated by the operator */
  if (wasmind_Add(&a, &b, &sum))
    return -1;
  Sub_f32(6, sum->data, ones, less); /* a kernel without checks */
  wasmind_free((void *)sum);
  float total = 0;
  for (int i = 0; i < 6; ++i)
    total += less[i];
  return (int32_t)total;
}
