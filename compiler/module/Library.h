// Operator objects, archives of them, and the library module they are linked to. Layouts: runtime/guest/Operator.h.
#pragma once
#include "compiler/module/Module.h"
#include <functional>

namespace wasmind::module {

/// Inputs, attributes and outputs an operator may have together.
inline constexpr unsigned operandLimit = 12;
/// Kernels a combination of element types may have.
inline constexpr unsigned kernelLimit = 4;

/// One combination of element types of an operator. `kernels` are names of `int32_t (void *const *operands)` in the
/// module; an empty name is an absent kernel.
struct OperatorVariant {
  std::vector<uint8_t> dtypes; ///< codes of abi.def: inputs, attributes, outputs
  std::vector<std::string> kernels;
  /// When not empty: the object also defines `void direct(int32_t n, T *operand...)`, which runs kernels[0] on rows of
  /// n elements and checks nothing.
  std::string direct;
};

/// What runtime/guest knows of an operator.
struct OperatorTable {
  std::string name;
  std::string family;  ///< function of runtime/guest that runs it, such as "wasmind_elementwise"
  std::string extents; ///< global of the module: the i32 table that the kernels read; empty without kernels
  unsigned inputs = 0, attributes = 0, outputs = 0;
  std::vector<OperatorVariant> variants;
  std::vector<int32_t> shapes; ///< postfix programs of an expression; empty for other families
};

/// Name of the function a table is called through: (self, args, count, result) -> i32, the TVM FFI's safe call.
std::string callName(llvm::StringRef operatorName);

/// Adds tables and their functions to a module that `lowerToLLVM` was run on.
void addOperatorTable(mlir::ModuleOp module, const OperatorTable &table);

/// A relocatable object in memory. `bytes` is not owned.
struct NamedObject {
  std::string name; ///< file name, as an archive lists it
  llvm::ArrayRef<char> bytes;
};

/// An archive with a symbol table, as llvm-ar writes it. Errors: an object that is not one, by name.
llvm::Expected<llvm::SmallVector<char, 0>> makeArchive(llvm::ArrayRef<NamedObject> objects);

/// Names of the functions an object defines for others that start with `prefix`. Errors: not a wasm object.
llvm::Expected<std::vector<std::string>> definedFunctions(const NamedObject &object, llvm::StringRef prefix);

struct LibraryInput {
  llvm::ArrayRef<NamedObject> objects; ///< all are linked; what no export reaches is dropped
  std::vector<std::string> exports;    ///< besides the contract's own
  /// The signature, given the number of pages the memory starts with.
  std::function<abi::Signature(uint32_t pages)> sign;
};

/// Links a module whose memory grows. Errors: a symbol nobody defines, by name and object; two objects that define the
/// same; an export that is not there. Calls are serialised.
llvm::Expected<llvm::SmallVector<char, 0>> linkLibrary(const LibraryInput &input);

} // namespace wasmind::module
