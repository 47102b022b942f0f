//===- Magnitude.h - how large integers can be --------------------------------------------------------------------===//
#pragma once
#include "compiler/loops/Groups.h"

namespace wasmind::loops {

/// A bound of |x| over the elements of a tensor of i8, u8 or i16, as what computes them says (in this dispatch or those
/// before), or their type.
int64_t magnitudeOf(mlir::Value tensor);

} // namespace wasmind::loops
