//===- Interpreter.h - the meaning of each primitive, element by element ------------------------------------------===//
//
// Slow and simple: the reference with which tests compare later stages, and the constant folder. Floats narrower than
// f32 are computed in f32.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/graph/Constants.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/Error.h"

namespace wasmind::graph {

/// A dense tensor in host memory, row-major; bool is one byte.
struct HostTensor {
  mlir::Type element;
  llvm::SmallVector<int64_t> shape;
  std::vector<char> bytes;

  int64_t elementCount() const;
};

/// Runs one function. `inputs`: one per argument; `dims`: the values of the module's named dimensions. Errors name the
/// operation that cannot be evaluated (shape mismatch of inputs, recursion deeper than 64 calls, more than 2^31 steps).
llvm::Expected<std::vector<HostTensor>> interpret(mlir::func::FuncOp function, llvm::ArrayRef<HostTensor> inputs,
                                                  llvm::ArrayRef<int64_t> dims);

/// Evaluates one operation without regions on given operand values.
llvm::Expected<std::vector<HostTensor>> evaluate(mlir::Operation *op, llvm::ArrayRef<HostTensor> operands,
                                                 llvm::ArrayRef<int64_t> dims);

} // namespace wasmind::graph
