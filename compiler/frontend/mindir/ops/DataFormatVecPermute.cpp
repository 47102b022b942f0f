//===- DataFormatVecPermute.cpp ---------------------------------------------------------------------------------===//
//
// DataFormatVecPermute(x), attributes src_format, dst_format: what is given per axis, [4] or [4, 2], in the other order
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Formats.h"

namespace wasmind::mindir::ops {

Operand DataFormatVecPermute(Node &node) { return permuteByFormat(node); }

} // namespace wasmind::mindir::ops
