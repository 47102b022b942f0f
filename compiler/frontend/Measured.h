//===- Measured.h - extents that the run computes, within the bounds that the user gives them ---------------------===//
#pragma once
#include "compiler/frontend/Import.h"
#include "compiler/graph/Compose.h"
#include <optional>

namespace wasmind::frontend {

/// The computed extents of one import.
class Measured {
public:
  explicit Measured(const ImportOptions &options) : options(options) {}

  /// The bounds of an extent that lies in `range`: as `options.dims` bounds `name`. Where nothing bounds it from above,
  /// `usual` or, without it, `options.defaultComputedMax` does, and a note says so.
  graph::Interval boundsFor(llvm::StringRef name, graph::Interval range, std::optional<int64_t> usual = std::nullopt);
  /// A rank-0 integer of the run as an extent: between what its producers say, at most `max`, and bounded as above.
  mlir::AffineExpr measure(graph::Compose &compose, mlir::Value scalar, llvm::StringRef name,
                           std::optional<int64_t> max, std::optional<int64_t> usual = std::nullopt);

  llvm::StringSet<> names;
  std::vector<std::string> notes;
  bool hasDefaultBounds = false;

private:
  const ImportOptions &options;
};

} // namespace wasmind::frontend
