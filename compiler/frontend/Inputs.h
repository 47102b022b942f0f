//===- Inputs.h - a model's inputs as the user wants them ---------------------------------------------------------===//
#pragma once
#include "compiler/frontend/Import.h"
#include <memory>
#include <optional>

namespace wasmind::frontend {

/// An extent: a number, or the name of one that run time knows.
struct InputExtent {
  InputExtent(int64_t number) : number(number) {}
  InputExtent(std::string name) : name(std::move(name)) {}
  bool operator==(const InputExtent &) const = default;

  int64_t number = -1; ///< negative: by name
  std::string name;
  bool isNumber() const { return number >= 0; }
};

/// An input as its model declares it. Extents without a name of their own are called `<input>.<axis>`.
struct Input {
  std::string name;
  mlir::Type element;
  std::optional<llvm::SmallVector<InputExtent>> shape; ///< none: not even the rank is known
  /// The elements of an input that is a constant, row-major and little-endian; its extents are numbers then.
  std::shared_ptr<std::vector<char>> constant;
};

/// Applies `options.shapes` and then `options.constants` to the inputs. An extent that gets a number or another name
/// gets it wherever the model has its name, within the bounds of `options.dims`; `usedDims` gets the names for which
/// these were asked. Errors: unknown inputs, shapes and types that do not fit what is declared.
llvm::Error applyInputOptions(llvm::MutableArrayRef<Input> inputs, const ImportOptions &options,
                              llvm::StringSet<> &usedDims, std::vector<std::string> &notes);

/// The names of extents that a state has.
llvm::StringSet<> extentsOfStates(llvm::ArrayRef<Input> inputs, const ImportOptions &options);

/// The element type as hosts know it. The type must be one of the graph dialect's.
abi::DType dtypeOf(mlir::Type element);

} // namespace wasmind::frontend
