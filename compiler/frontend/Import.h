//===- Import.h - what every front end takes and gives ------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/InputOptions.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace wasmind::frontend {

/// min <= extent <= max; min == max fixes the extent.
struct DimBounds {
  int64_t min = 1, max = 1;
};

/// Upper bounds of extents that nobody bounds, on the leading axis and on others; the lower bound is 1.
inline constexpr int64_t defaultLeadingMax = 8, defaultOtherMax = 640;

/// The upper bound of an extent that nobody bounds: a leading one is a batch, unless its name says what else it counts.
inline int64_t defaultMaxOf(llvm::StringRef name, int64_t axis) {
  constexpr llvm::StringLiteral counted[] = {"seq",   "len",    "time",   "frame", "token", "step", "past", "total",
                                             "width", "height", "sample", "point", "box",   "num",  "node", "edge"};
  return axis == 0 && llvm::none_of(counted, [&](llvm::StringRef word) { return name.contains_insensitive(word); })
             ? defaultLeadingMax
             : defaultOtherMax;
}

struct ImportOptions : InputOptions {
  /// Bounds of run-time extents by name: the model's own name of it, or `<input>.<axis>` where it has none. Extents
  /// that are not listed get the default bounds.
  llvm::StringMap<DimBounds> dims;
  /// Inputs that the module keeps from run to run: their extents start at 0, so that is the default lower bound.
  llvm::StringSet<> states;
  /// Upper bound of extents that neither the user nor the model bounds, of inputs and computed by the run.
  int64_t defaultMax = defaultOtherMax;

  int64_t defaultMaxOf(llvm::StringRef name, int64_t axis) const {
    return std::min(frontend::defaultMaxOf(name, axis), defaultMax);
  }
};

/// An import that fails because tensors are too large at the default bounds of their extents.
class TooLarge : public llvm::ErrorInfo<TooLarge, llvm::StringError> {
public:
  static inline char ID = 0;
  explicit TooLarge(const llvm::Twine &text) : ErrorInfo(text, llvm::inconvertibleErrorCode()) {}
};

/// Why `bounds` cannot be those of an extent, or success.
inline llvm::Error checkBounds(llvm::StringRef name, DimBounds bounds) {
  if (bounds.min >= 0 && bounds.min <= bounds.max && bounds.max <= INT32_MAX)
    return llvm::Error::success();
  return llvm::createStringError("--dim " + name + "=" + llvm::Twine(bounds.min) + ".." + llvm::Twine(bounds.max) +
                                 " is not a range of extents");
}

/// A name in `options.dims` that is not in `used` is a mistake in the name; `known` are the names there are. The name
/// of one of `inputs` asks for another option.
inline llvm::Error refuseUnknownDims(const ImportOptions &options, const llvm::StringSet<> &used,
                                     llvm::SmallVector<llvm::StringRef> known, const llvm::StringSet<> &inputs = {}) {
  llvm::sort(known);
  for (const auto &given : options.dims)
    if (!used.contains(given.first()))
      return llvm::createStringError("--dim " + given.first() + ": no dimension of that name; " +
                                     (inputs.contains(given.first()) ? "it is an input, whose value --constant " +
                                                                           given.first().str() + "=... sets"
                                      : known.empty()                ? std::string("the inputs have static shapes only")
                                                                     : "the inputs have " + llvm::join(known, ", ")));
  return llvm::Error::success();
}

/// A model as a graph module.
struct Imported {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  /// Own the bytes that large constants of `module` point into; must be released after the MLIRContext.
  std::vector<std::shared_ptr<void>> keepAlive;
  /// Paths of the files beside the model that it keeps data in, whether they were read or not.
  std::vector<std::string> dataFiles;
  /// The elements of inputs that have a default value, by name, row-major and little-endian; their shapes are static.
  llvm::StringMap<llvm::ArrayRef<char>> defaults;
  /// Choices made for the user, such as bounds: one printable line each.
  std::vector<std::string> notes;
  /// Whether `defaultMax` bounds an extent.
  bool hasDefaultBounds = false;
};

} // namespace wasmind::frontend
