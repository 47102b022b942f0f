//===- Strategy.h - the ways in which a dispatch is computed ------------------------------------------------------===//
//
// A strategy is one file, which says when it applies and emits the kernel, and one row in Strategies.def. Of those that
// apply the first row is chosen (ChooseStrategy.cpp); a dispatch carries its name.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/loops/Kernel.h"

namespace wasmind::loops {

/// What is known when a strategy is chosen.
struct Candidate {
  const Group &group;
  const Options &options;
  const graph::Dims &dims;
  uint64_t preparedBytes = 0; ///< of the strategies chosen before

  int64_t bound(mlir::AffineExpr extent) const { return graph::boundsOf(extent, dims).max; }
};

struct Strategy {
  llvm::StringLiteral name;
  bool (*applies)(const Candidate &);
  /// Emits the kernel of a group for which it applies into the context's driver function. Failure has been reported as
  /// a diagnostic.
  mlir::LogicalResult (*lower)(KernelContext &);
  /// Bytes that the first run prepares from weights; null = none.
  uint64_t (*prepares)(const Candidate &) = nullptr;
};

namespace strategies {
#define WASMIND_STRATEGY(name) extern const Strategy name;
#include "compiler/loops/Strategies.def"
} // namespace strategies

/// The first row that applies, or null.
const Strategy *chooseStrategy(const Candidate &candidate);
/// The row of this name, or null.
const Strategy *strategyNamed(llvm::StringRef name);

/// `applies` of a strategy for one kind of dispatch.
template <DispatchKind kind> bool isOfKind(const Candidate &candidate) { return candidate.group.kind == kind; }
/// `applies` of a strategy for dispatches of one operation.
template <typename Op> bool isSingle(const Candidate &candidate) {
  return candidate.group.kind == DispatchKind::Single && llvm::isa<Op>(candidate.group.root);
}

} // namespace wasmind::loops
