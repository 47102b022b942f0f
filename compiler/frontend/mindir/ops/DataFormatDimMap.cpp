//===- DataFormatDimMap.cpp -------------------------------------------------------------------------------------===//
//
// DataFormatDimMap(x), attributes src_format, dst_format: axes of one layout in the other
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Formats.h"

namespace wasmind::mindir::ops {

Operand DataFormatDimMap(Node &node) { return dimMap(node); }

} // namespace wasmind::mindir::ops
