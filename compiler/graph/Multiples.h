//===- Multiples.h - dimensions of which only multiples are allowed -----------------------------------------------===//
#pragma once
#include "compiler/graph/Dimensions.h"

namespace wasmind::graph {

/// The number of which every value of a given dimension is a multiple that the requirements on it alone allow, where
/// they allow all its multiples within the bounds; else 1, also where the bounds are over 2^20 apart.
int64_t multipleOf(unsigned dim, mlir::ModuleOp module);

} // namespace wasmind::graph
