//===- MaxUnpool2DExt.cpp -----------------------------------------------------------------------------------------===//
//
// MaxUnpool2DExt(x, places, kernel_size, stride, padding, output_size): what a pool took, put back
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Pools.h"

namespace wasmind::mindir::ops {

Operand MaxUnpool2DExt(Node &node) {
  return maxUnpool(node, 2, {"kernel_size", "stride", "padding", "output_size", /*first=*/2});
}

} // namespace wasmind::mindir::ops
