//===- BatchToSpaceNDV2.cpp -------------------------------------------------------------------------------------===//
//
// BatchToSpaceNDV2(x, block_shape, crops): BatchToSpaceND whose attributes are inputs
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand BatchToSpaceNDV2(Node &node) { return ops::BatchToSpaceND(node); }

} // namespace wasmind::mindir::ops
