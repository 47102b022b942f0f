//===- Blocks.h - images whose pixels are spread over others ------------------------------------------------------===//
#pragma once
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir {

/// Attribute block_shape of an operator on x [N, ..., spatial...], and two integers per entry, attribute `margins`.
struct Blocks {
  Integers shape, margins;
  int64_t first; ///< spatial dimension of x
};
/// Fails where x has too few dimensions, or a number is out of range.
Blocks blocksOf(Node &node, Value x, llvm::StringRef margins);

} // namespace wasmind::mindir
