//===- Quantised.h - what a quantisation makes of a number --------------------------------------------------------===//
#pragma once
#include "compiler/graph/Graph.h"

namespace wasmind::graph {

/// Whole numbers of f32 within bounds, as quantisations give: clip (round x + zero), low, high. Zero and bounds are
/// whole numbers below 2^17.
struct Quantised {
  UnaryOp rounded;
  double zero = 0, low = 0, high = 0;

  /// None where the value is nothing of that kind.
  static std::optional<Quantised> of(mlir::Value value);

  /// Whether an integer type of 8 or 16 bits holds all numbers between the bounds.
  bool fits(mlir::Type element) const;
};

} // namespace wasmind::graph
