//===- Multiples.h - dimensions of which only multiples are allowed -----------------------------------------------===//
#pragma once
#include "compiler/graph/Dimensions.h"

namespace wasmind::graph {

/// The number whose multiples within the bounds are the values of a given dimension that the requirements on it alone
/// allow at entry; 1 where they allow others, or one number alone, and where the bounds are over 2^20 apart.
int64_t multipleOf(unsigned dim, mlir::ModuleOp module);

} // namespace wasmind::graph
