//===- Formats.h - axes of NCHW and NHWC --------------------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir {

/// (x), attributes src_format, dst_format: axis i of the second layout as an axis of the first.
Operand dimMap(Node &node);
/// (x [4] or [4, 2]), attributes src_format, dst_format: what is given per axis, in the other order.
Operand permuteByFormat(Node &node);

} // namespace wasmind::mindir
