//===- Measured.h - extents that the run computes, within the bounds that the user gives them ---------------------===//
#pragma once
#include "compiler/frontend/Import.h"
#include "compiler/graph/Compose.h"
#include "compiler/graph/Slicing.h"
#include <optional>

namespace wasmind::frontend {

/// The computed extents of one import.
class Measured {
public:
  explicit Measured(const ImportOptions &options) : options(options) {}

  /// The bounds of an extent that lies in `range`: as `options.dims` bounds `name`. Where nothing bounds it from above,
  /// `usual` or, without it, `options.defaultMax` does, and a note says so.
  graph::Interval boundsFor(llvm::StringRef name, graph::Interval range, std::optional<int64_t> usual = std::nullopt);
  /// A rank-0 integer of the run as an extent: between what its producers say, at most `max`, and bounded as above.
  mlir::AffineExpr measure(graph::Compose &compose, mlir::Value scalar, llvm::StringRef name,
                           std::optional<int64_t> max, std::optional<int64_t> usual = std::nullopt);

  llvm::StringSet<> names;
  std::vector<std::string> notes;
  bool hasDefaultBounds = false; ///< of inputs, too

private:
  const ImportOptions &options;
};

/// What an integer is, where that follows from extents; null for null.
std::optional<mlir::AffineExpr> knownAmount(mlir::Value scalar);
/// Element i of an integer tensor of rank 0 or 1, as rank 0.
mlir::Value elementAt(graph::Compose &compose, mlir::Value tensor, int64_t i);
/// What a slice of a dimension takes: placed while compiling where that can be (`ensure` as in Slicing.h), else by
/// measured dimensions called `name`. Its stride is not 0.
graph::AxisRange rangeOf(graph::Compose &compose, const graph::AxisSlice &slice, mlir::AffineExpr extent,
                         llvm::StringRef name, graph::Ensure ensure = nullptr);
graph::AxisRange rangeOf(graph::Compose &compose, const graph::ComputedSlice &slice, mlir::AffineExpr extent,
                         llvm::StringRef name, graph::Ensure ensure = nullptr);
/// Lowers the upper bounds of extents that `options` leaves open to the one number that the model requires them to be,
/// such as the channels that weights are for: memory needs no room for others.
void lowerBoundsToRequired(mlir::ModuleOp module, const ImportOptions &options);
/// Whether `e` is never negative, by proof or taken for granted; `text` is for runs that break it.
bool require(graph::Compose &compose, mlir::AffineExpr e, const llvm::Twine &text);

} // namespace wasmind::frontend
