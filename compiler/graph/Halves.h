//===- Halves.h - how often f16 and bf16 are rounded --------------------------------------------------------------===//
#pragma once
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"

namespace wasmind::graph {

/// f16 or bf16.
bool isHalf(mlir::Type element);
/// Whether every result of the operation is a number of its operands' type, so that halves need no rounding.
bool isExactForHalves(mlir::Operation *op);

/// The operations that a front end emits for one node of a model: those between the builder's position at construction
/// and now.
class Composition {
public:
  explicit Composition(mlir::OpBuilder &builder);
  /// Whether halves are rounded on the way, too, and not only as results. A product that something is added to is one
  /// step: its weights would take twice the memory as f32.
  bool roundsHalvesInside() const;
  /// Erases them, but for constants, which others may know, with the dimensions they measure and what they require.
  void erase();

private:
  mlir::OpBuilder &builder;
  mlir::Block *block;
  mlir::Operation *before;         ///< null = the block's start
  mlir::DictionaryAttr dimensions; ///< the module's, with what is required of them
};

} // namespace wasmind::graph
