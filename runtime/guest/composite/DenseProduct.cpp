#include "runtime/guest/composite/DenseProduct.h"

namespace wasmind::guest {

/// Of so many rows each is multiplied alone: packing the weights for a product costs more. Narrow elements are widened
/// for each row then, and once by packing.
static int32_t fewRows(int32_t byteWidth) { return byteWidth < 4 ? 3 : 7; }

int32_t DenseProduct::run(const char *a, int32_t rows, void *weights, void *bias, char *out) const {
  bool isAlone = rows <= fewRows(byteWidth) || !variant.kernels[0];
  int32_t status = 0, together = isAlone ? 1 : rows, *extents = variant.extents;
  *extents = rows;
  extents += !isAlone;
  extents[0] = k;
  extents[1] = n;
  for (int32_t row = 0; row < rows && !status; row += together) {
    void *operands[] = {const_cast<char *>(a), weights, bias, out};
    status = variant.kernels[isAlone](operands);
    a += k * byteWidth;
    out += n * outByteWidth;
  }
  return status;
}

} // namespace wasmind::guest
